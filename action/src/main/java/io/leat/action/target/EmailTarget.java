package io.leat.action.target;

import io.leat.action.outbound.Addresses;
import io.leat.action.outbound.ForbiddenAddressException;
import io.leat.action.outbound.UnusableSettingException;
import io.leat.action.target.SmtpSession.Reply;
import io.leat.action.target.TargetOutcome.Blocked;
import io.leat.action.target.TargetOutcome.Delivered;
import io.leat.action.target.TargetOutcome.Refused;
import io.leat.action.target.TargetOutcome.Retry;
import io.leat.action.target.TargetOutcome.Unknown;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mail to people. Each state is a message; those of an incident make a thread. The Message-ID is
 * the request's, the same in each attempt, so that mail systems know a repetition.
 *
 * <p>It speaks SMTP itself: mail libraries look the host up again when they connect, and do not
 * tell whether the message had been handed over when the connection broke.
 */
final class EmailTarget implements Target {
  private static final Logger LOG = LoggerFactory.getLogger(EmailTarget.class);
  private static final Pattern ADDRESS =
      Pattern.compile("[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*");
  private static final int IMPLICIT_TLS_PORT = 465;
  private static final int SUBMISSION_PORT = 587;
  private static final int MOST_SUBJECT = 200;

  private final Addresses addresses;
  private final SSLSocketFactory tls;
  private final TargetSettings settings;
  private final InstantSource clock;

  /** Makes no connection yet. */
  EmailTarget(
      Addresses addresses, SSLSocketFactory tls, TargetSettings settings, InstantSource clock) {
    this.addresses = addresses;
    this.tls = tls;
    this.settings = settings;
    this.clock = clock;
  }

  @Override
  public String kind() {
    return "email";
  }

  @Override
  public boolean coalesces() {
    return true;
  }

  @Override
  public TargetOutcome deliver(TargetRequest request, TargetMemory memory, HttpBudget budget)
      throws InterruptedException {
    if (SentMark.has(request, memory)) {
      return new Delivered("", "");
    }
    TargetOutcome outcome = converse(budget, Optional.of(request));
    if (outcome instanceof Delivered) {
      SentMark.put(request, memory);
    }
    return outcome;
  }

  /** Connects and logs in, and sends nothing. */
  @Override
  public TargetOutcome test(HttpBudget budget) throws InterruptedException {
    return converse(budget, Optional.empty());
  }

  private TargetOutcome converse(HttpBudget budget, Optional<TargetRequest> request)
      throws InterruptedException {
    try {
      Mailing mailing = new Mailing(request);
      budget.take();
      return mailing.run();
    } catch (UnusableSettingException e) {
      return new Blocked(e.getMessage());
    }
  }

  /** One conversation: settings read, and how far it came. */
  private final class Mailing {
    private final Optional<TargetRequest> request;
    private final String host = settings.text("host");
    private final String encryption = settings.text("tls");
    private final int port = port(settings.text("port"));
    private final String user = settings.text("user");
    private final String password = settings.text("password");
    private final String from = address("from", settings.text("from"));
    private final List<String> to =
        Stream.of(settings.text("to").split(",", -1))
            .map(String::strip)
            .map(one -> address("to", one))
            .toList();
    private final long deadline = System.nanoTime() + settings.timeout().toNanos();
    private boolean handedOver;

    Mailing(Optional<TargetRequest> request) {
      this.request = request;
      if (encryption.equals("none") && !settings.allowPrivate()) {
        throw new UnusableSettingException(
            "'tls: none' would show the mail to anybody on the way: use starttls or implicit, or"
                + " write 'allow-private: true' if the server is inside");
      }
      if (user.isEmpty() != password.isEmpty()) {
        throw new UnusableSettingException("'user' and 'password' go together: give both");
      }
    }

    private int port(String given) {
      if (given.isEmpty()) {
        return encryption.equals("implicit") ? IMPLICIT_TLS_PORT : SUBMISSION_PORT;
      }
      if (!given.matches("[1-9][0-9]{0,4}") || Integer.parseInt(given) > 0xffff) {
        throw new UnusableSettingException("'port' is not a port: write one from 1 to 65535");
      }
      return Integer.parseInt(given);
    }

    private String address(String option, String text) {
      if (!ADDRESS.matcher(text).matches()) {
        throw new UnusableSettingException(
            "'" + option + "' holds what is no mail address: write leat@example.com");
      }
      return text;
    }

    TargetOutcome run() throws InterruptedException {
      List<InetAddress> found;
      try {
        found = addresses.of(host, settings.allowPrivate(), settings.timeout());
      } catch (ForbiddenAddressException e) {
        return new Refused(e.getMessage());
      } catch (UnknownHostException e) {
        return new Retry(String.valueOf(e.getMessage()), null);
      }
      try (SmtpSession session = new SmtpSession(host, found, port, tls, deadline)) {
        TargetOutcome outcome = talk(session);
        session.leave();
        return outcome;
      } catch (IOException e) {
        if (Thread.interrupted()) {
          throw new InterruptedException("interrupted in a mail");
        }
        String reason =
            e instanceof SSLException
                ? "no trusted connection to the mail server '" + host + "': " + e.getMessage()
                : "no whole answer from the mail server '" + host + "'";
        return handedOver ? new Unknown(reason) : new Retry(reason, null);
      }
    }

    private TargetOutcome talk(SmtpSession session) throws IOException {
      if (encryption.equals("implicit")) {
        session.encrypt();
      }
      Reply reply = session.reply();
      if (reply.code() != 220) {
        return refused(reply, "it takes no mail from here");
      }
      reply = session.hello(domain().substring(1));
      if (reply.code() == 250 && encryption.equals("starttls")) {
        if (!session.offers("STARTTLS", "")) {
          return new Refused(
              "the mail server does not offer STARTTLS: try 'tls: implicit', or another port");
        }
        reply = session.command("STARTTLS");
        if (reply.code() != 220) {
          return refused(reply, "it does not encrypt");
        }
        session.encrypt();
        reply = session.hello(domain().substring(1));
      }
      if (reply.code() != 250) {
        return refused(reply, "it takes no mail from here");
      }
      if (!user.isEmpty()) {
        reply = logIn(session);
        if (reply.code() != 235) {
          TargetOutcome refused = refused(reply, "check 'user' and 'password'");
          return refused instanceof Refused always ? new Blocked(always.reason()) : refused;
        }
      }
      return request.isPresent() ? hand(session, request.get()) : new Delivered("", "");
    }

    private Reply logIn(SmtpSession session) throws IOException {
      if (session.offers("AUTH", "PLAIN")) {
        return session.command("AUTH PLAIN " + base64("\0" + user + "\0" + password));
      }
      Reply reply = session.command("AUTH LOGIN");
      if (reply.code() == 334) {
        reply = session.command(base64(user));
      }
      return reply.code() == 334 ? session.command(base64(password)) : reply;
    }

    private TargetOutcome hand(SmtpSession session, TargetRequest request) throws IOException {
      Reply reply = session.command("MAIL FROM:<" + from + ">");
      if (reply.code() != 250) {
        return refused(reply, "it does not take mail from the address in 'from'");
      }
      TargetOutcome refused = addresses(session);
      if (refused != null) {
        return refused;
      }
      reply = session.command("DATA");
      if (reply.code() != 354) {
        return refused(reply, "it does not take the mail");
      }
      handedOver = true;
      reply = session.message(text(request));
      if (reply.code() != 250) {
        return refused(reply, "it does not take the mail");
      }
      return new Delivered(id(request), "");
    }

    private String text(TargetRequest request) {
      TargetIncident incident = request.incident();
      return MailText.of(
          from,
          to,
          id(request),
          "leat-" + incident.id() + domain(),
          clock.instant(),
          IncidentText.bounded(IncidentText.title(incident), MOST_SUBJECT),
          IncidentText.change(request)
              + "\r\n\r\n"
              + String.join("\r\n", IncidentText.lines(incident))
              + "\r\n");
    }

    private String id(TargetRequest request) {
      return "leat-" + request.id().replaceAll("[^A-Za-z0-9.-]", "-") + domain();
    }

    private String domain() {
      return from.substring(from.indexOf('@'));
    }

    /**
     * Who is left out for good does not keep the mail from the others; null when somebody gets it.
     */
    private @Nullable TargetOutcome addresses(SmtpSession session) throws IOException {
      TargetOutcome refused = null;
      boolean isTaken = false;
      for (String one : to) {
        Reply reply = session.command("RCPT TO:<" + one + ">");
        if (reply.code() == 250 || reply.code() == 251) {
          isTaken = true;
          continue;
        }
        refused = refused(reply, "it does not take mail for an address in 'to'");
        if (!(refused instanceof Refused)) {
          return refused;
        }
        LOG.warn("The mail server answered {}: {} does not get mail", reply.code(), one);
      }
      return isTaken ? null : refused;
    }

    /** 4xx is for now, 5xx for good (RFC 5321, 4.2.1). */
    private TargetOutcome refused(Reply reply, String remedy) {
      String said = "the mail server answered " + reply.code();
      return reply.code() >= 500 ? new Refused(said + ": " + remedy) : new Retry(said, null);
    }
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
