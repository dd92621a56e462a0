package io.leat.files.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.event.LeatException;
import io.leat.files.TestingState;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LedgerTest {
  private static final Set<String> SOURCES = Set.of("files.taxi");
  private static final TestingState state = new TestingState();

  private final Ledger ledger =
      new Ledger(state.database(), InstantSource.system(), Duration.ofSeconds(30));
  private final LedgerSearch search = new LedgerSearch(state.database(), InstantSource.system());

  @AfterAll
  static void stop() throws Exception {
    state.close();
  }

  @BeforeEach
  void clear() {
    state.clear();
  }

  private static Sighting seen(String name) {
    return new Sighting("files", "taxi", name, "file:///in/" + name, "v1", 10);
  }

  private Claimed claimed(String name) {
    ledger.discover(List.of(seen(name)));
    return ledger.claim("a/1", SOURCES).orElseThrow();
  }

  private FileState.Publishing publishing(Claimed claimed) {
    FileState.Converting converting = ledger.convert(claimed.lease(), claimed.state(), 5, 0);
    FileState.Publishing publishing = converting.publish(Instant.now());
    ledger.move(claimed.lease(), converting, publishing);
    return publishing;
  }

  @Test
  void theSameVersionIsEnteredOnce() {
    assertThat(ledger.discover(List.of(seen("a"), seen("b"), seen("a")))).isEqualTo(2);
    assertThat(ledger.discover(List.of(seen("a")))).isZero();
  }

  @Test
  void oldFilesComePageByPageAndEachOnce() {
    for (int i = 0; i < 7; i++) {
      Claimed claimed = claimed("f" + i);
      Instant over = Instant.parse("2026-01-01T00:00:00Z").plusSeconds(i / 3);
      new Ledger(state.database(), () -> over, Duration.ofSeconds(30))
          .published(
              claimed.lease(),
              publishing(claimed),
              new Totals(5, 5, 0, 0, 1, 100),
              over,
              new Durations(1, 2, 3, 4));
    }
    List<String> names = new ArrayList<>();
    List<LedgerFile> page = search.over("files", "taxi", Instant.now(), null, 2);
    while (!page.isEmpty()) {
      assertThat(page).hasSizeLessThanOrEqualTo(2);
      page.forEach(file -> names.add(file.seen().name()));
      page = search.over("files", "taxi", Instant.now(), page.get(page.size() - 1), 2);
    }

    assertThat(names).containsExactlyInAnyOrder("f0", "f1", "f2", "f3", "f4", "f5", "f6");
    assertThat(names.subList(0, 3)).containsExactlyInAnyOrder("f0", "f1", "f2");
  }

  @Test
  void ofManyWorkersOneGetsAFile() throws Exception {
    for (int i = 0; i < 20; i++) {
      ledger.discover(List.of(seen("f" + i)));
    }
    ExecutorService workers = Executors.newFixedThreadPool(8);
    List<Future<List<String>>> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String owner = "p/" + i;
      all.add(
          workers.submit(
              () -> {
                List<String> mine = new ArrayList<>();
                Optional<Claimed> next = ledger.claim(owner, SOURCES);
                while (next.isPresent()) {
                  mine.add(next.get().lease().file());
                  next = ledger.claim(owner, SOURCES);
                }
                return mine;
              }));
    }
    List<String> taken = new ArrayList<>();
    for (Future<List<String>> one : all) {
      taken.addAll(one.get());
    }
    workers.shutdown();

    assertThat(taken).hasSize(20).doesNotHaveDuplicates();
  }

  @Test
  void whoeverWasTakenOverChangesNothing() {
    Claimed first = claimed("a");
    ledger.release("a");
    Claimed second = ledger.claim("b/1", SOURCES).orElseThrow();

    assertThat(second.lost()).isEqualTo(1);
    assertThatThrownBy(() -> ledger.progress(first.lease(), Progress.NONE, null))
        .isInstanceOf(LeaseLostException.class)
        .hasMessage("attempt 1 at file " + seen("a").id() + " was taken over");
    assertThatThrownBy(
            () ->
                ledger.failed(
                    first.lease(),
                    first.state(),
                    new Failure(Category.TRANSIENT, "x", "y"),
                    Duration.ZERO,
                    Durations.NONE))
        .isInstanceOf(LeaseLostException.class);
    assertThat(state.texts("select outcome from file_attempt order by attempt"))
        .containsExactly("lost", null);
  }

  @Test
  void aPublishedFileIsWorkedOnNoMore() {
    Claimed claimed = claimed("a");
    FileState.Publishing publishing = publishing(claimed);

    ledger.published(
        claimed.lease(),
        publishing,
        new Totals(5, 4, 1, 0, 1, 100),
        Instant.now(),
        new Durations(1, 2, 3, 4));

    assertThat(ledger.claim("a/1", SOURCES)).isEmpty();
    LedgerSearch.Detail detail = search.show(claimed.lease().file(), 10);
    assertThat(detail.file().state().name()).isEqualTo(FileState.Name.PUBLISHED);
    assertThat(detail.file().totals()).isEqualTo(new Totals(5, 4, 1, 0, 1, 100));
    assertThat(detail.attempts()).hasSize(1);
    assertThat(detail.attempts().get(0).outcome()).isEqualTo("published");
    assertThat(detail.attempts().get(0).durations()).isEqualTo(new Durations(1, 2, 3, 4));
  }

  @Test
  void ofTheSameContentOneIsWorkedOn() {
    ledger.discover(List.of(seen("a"), seen("b")));
    Claimed first = ledger.claim("a/1", SOURCES).orElseThrow();
    Claimed second = ledger.claim("a/2", SOURCES).orElseThrow();

    assertThat(ledger.content(first.lease(), "abc", "abc")).isEmpty();
    assertThat(ledger.content(second.lease(), "abc", "abc")).contains(first.lease().file());

    ledger.duplicate(second.lease(), second.state(), first.lease().file(), Durations.NONE);
    assertThat(search.show(second.lease().file(), 1).file().sameAs())
        .isEqualTo(first.lease().file());
  }

  private static final Failure BROKEN =
      new Failure(Category.CORRUPT, "bad-footer", "The footer is broken");

  /** Two files, of which the second is the same as the first. */
  private Claimed firstOfTwo() {
    ledger.discover(List.of(seen("a")));
    Claimed first = ledger.claim("a/1", SOURCES).orElseThrow();
    Claimed second = claimed("b");
    ledger.content(first.lease(), "abc", "abc");
    ledger.content(second.lease(), "abc", "abc");
    assertThat(
            ledger.duplicate(second.lease(), second.state(), first.lease().file(), Durations.NONE))
        .isEqualTo(Ledger.Original.UNFINISHED);
    return first;
  }

  private void publish(Claimed claimed) {
    ledger.published(
        claimed.lease(),
        publishing(claimed),
        new Totals(5, 5, 0, 0, 1, 100),
        Instant.now(),
        Durations.NONE);
  }

  private FileState.Name stateOf(String name) {
    return search.show(seen(name).id(), 1).file().state().name();
  }

  @Test
  void whatIsTheSameAsADeadLetterIsWorkedOn() {
    Claimed first = firstOfTwo();

    ledger.deadLettered(first.lease(), first.state(), BROKEN, "/dead/a", Durations.NONE);

    Claimed second = ledger.claim("a/1", SOURCES).orElseThrow();
    assertThat(second.file().seen().name()).isEqualTo("b");
    assertThat(second.file().sameAs()).isNull();
    assertThat(ledger.content(second.lease(), "abc", "abc")).isEmpty();
  }

  @Test
  void whatIsTheSameAsAForgottenFileIsWorkedOn() {
    Claimed first = firstOfTwo();
    ledger.failed(first.lease(), first.state(), BROKEN, Duration.ofHours(1), Durations.NONE);

    search.forget(first.lease().file(), "ann");

    assertThat(stateOf("b")).isEqualTo(FileState.Name.DISCOVERED);
  }

  @Test
  void whatIsTheSameAsADuplicateIsComparedAnew() {
    Claimed first = firstOfTwo();
    Claimed other = claimed("c");
    ledger.content(other.lease(), "abc", "abc without a name");
    assertThat(ledger.content(first.lease(), "abc", "abc without a name"))
        .contains(other.lease().file());

    ledger.duplicate(first.lease(), first.state(), other.lease().file(), Durations.NONE);

    assertThat(stateOf("b")).isEqualTo(FileState.Name.DISCOVERED);
  }

  @Test
  void whatIsTheSameAsAPublishedFileStaysSoWhenThatIsForgotten() {
    Claimed first = firstOfTwo();
    publish(first);

    search.forget(first.lease().file(), "ann");

    assertThat(stateOf("b")).isEqualTo(FileState.Name.DUPLICATE);
  }

  @Test
  void aFileIsNoDuplicateOfOneThatCameToNothingMeanwhile() {
    Claimed first = claimed("a");
    Claimed second = claimed("b");
    ledger.content(first.lease(), "abc", "abc");
    assertThat(ledger.content(second.lease(), "abc", "abc")).contains(first.lease().file());
    ledger.deadLettered(first.lease(), first.state(), BROKEN, null, Durations.NONE);

    assertThat(
            ledger.duplicate(second.lease(), second.state(), first.lease().file(), Durations.NONE))
        .isEqualTo(Ledger.Original.GONE);

    assertThat(stateOf("b")).isEqualTo(FileState.Name.VALIDATING);
    assertThat(ledger.content(second.lease(), "abc", "abc")).isEmpty();
  }

  @Test
  void nothingIsRemovedOfADuplicateBeforeTheOtherIsPublished() {
    Claimed first = firstOfTwo();
    assertThat(search.untidy(SOURCES, null, 10)).isEmpty();

    publish(first);

    List<LedgerFile> untidy = search.untidy(SOURCES, null, 10);
    assertThat(untidy).extracting(file -> file.seen().name()).containsExactly("b", "a");
    assertThat(search.untidy(SOURCES, untidy.get(0), 10)).hasSize(1);
    assertThat(search.untidy(Set.of("files.other"), null, 10)).isEmpty();
    untidy.forEach(file -> ledger.tidied(file.id()));
    assertThat(search.untidy(SOURCES, null, 10)).isEmpty();
  }

  @Test
  void aForgottenFileCountsAsNewWhenItIsWrittenAnew() {
    Claimed first = claimed("a");
    ledger.content(first.lease(), "abc", "abc");
    ledger.deadLettered(first.lease(), first.state(), BROKEN, "/dead/a", Durations.NONE);
    search.forget(first.lease().file(), "ann");

    assertThat(ledger.discover(List.of(seen("a")))).as("it lies there still").isZero();
    Sighting anew = new Sighting("files", "taxi", "a", "file:///in/a", "v2", 10);
    assertThat(ledger.discover(List.of(anew))).isEqualTo(1);

    Claimed second = ledger.claim("a/1", SOURCES).orElseThrow();
    assertThat(second.lease().file()).isEqualTo(anew.id());
    assertThat(ledger.content(second.lease(), "abc", "abc")).isEmpty();
  }

  @Test
  void theSameContentMayComeAgainBehindADeadLetter() {
    Claimed first = claimed("a");
    ledger.content(first.lease(), "abc", "abc");
    ledger.deadLettered(
        first.lease(),
        first.state(),
        new Failure(Category.CORRUPT, "bad-footer", "The footer is broken"),
        "/dead/a",
        Durations.NONE);

    Claimed second = claimed("b");

    assertThat(ledger.content(second.lease(), "abc", "abc")).isEmpty();
  }

  @Test
  void aDeadLetterIsTriedAgainWhenSomebodyWants() {
    Claimed claimed = claimed("a");
    ledger.deadLettered(
        claimed.lease(),
        claimed.state(),
        new Failure(Category.CORRUPT, "bad-footer", "The footer is broken"),
        "/dead/a",
        Durations.NONE);
    assertThat(ledger.claim("a/1", SOURCES)).isEmpty();

    LedgerFile retried = search.retry(claimed.lease().file(), "ann");

    assertThat(retried.state().name()).isEqualTo(FileState.Name.DISCOVERED);
    assertThat(retried.deadLetter()).isEqualTo("/dead/a");
    assertThat(ledger.claim("a/1", SOURCES)).isPresent();
    assertThatThrownBy(() -> search.retry(claimed.lease().file(), "ann"))
        .isInstanceOf(LeatException.class)
        .hasMessage(
            "File "
                + claimed.lease().file()
                + " is validating; it cannot be retried. Only one that failed or is a dead letter"
                + " can be.");
  }

  @Test
  void aFailedFileWaitsForItsPause() {
    Claimed claimed = claimed("a");
    ledger.failed(
        claimed.lease(),
        claimed.state(),
        new Failure(Category.TRANSIENT, "source-unavailable", "It does not answer"),
        Duration.ofHours(1),
        Durations.NONE);

    assertThat(ledger.claim("a/1", SOURCES)).isEmpty();
    assertThat(search.show(claimed.lease().file(), 1).file().failures()).isEqualTo(1);
  }

  @Test
  void filesAreFoundByStateNameAndPage() {
    for (String name : List.of("a_1.parquet", "a%2.parquet", "b.parquet")) {
      ledger.discover(List.of(seen(name)));
    }

    assertThat(names(filter("a_1", 10, null))).containsExactly("a_1.parquet");
    assertThat(names(filter("a*", 10, null)))
        .containsExactlyInAnyOrder("a_1.parquet", "a%2.parquet");
    List<LedgerFile> first = search.list(filter(null, 2, null));
    List<LedgerFile> rest = search.list(filter(null, 2, first.get(1).id()));
    assertThat(first).hasSize(2);
    assertThat(rest).hasSize(1);
    assertThat(search.counts())
        .singleElement()
        .satisfies(counts -> assertThat(counts.of(FileState.Name.DISCOVERED)).isEqualTo(3));
  }

  private List<String> names(FileFilter filter) {
    return search.list(filter).stream().map(file -> file.seen().name()).toList();
  }

  private static FileFilter filter(@Nullable String name, int limit, @Nullable String after) {
    return new FileFilter(
        null, "files", "taxi", Set.of(FileState.Name.DISCOVERED), name, null, null, after, limit);
  }
}
