/*
 * A file system in memory that forgets what was not synced when its power is cut.
 *
 *   powercut MOUNTPOINT SEED [KINDLY]
 *
 * prints "on" when it is mounted. SIGUSR1 cuts the power: every operation fails with EIO from then
 * on. When it is then unmounted, it forgets what was not synced, mounts itself again and prints
 * "on". SIGTERM ends it. A line "slow MILLIS" on its input makes the device slow from then on: each
 * sync takes so long before it is done, several at a time, and everything else is as fast as ever,
 * as with a page cache before a device. It is answered with the same line; 0 makes it fast again,
 * for syncs that are under way too.
 *
 * What survives is the least that POSIX promises:
 *   - of a file, the bytes and the length that it had at its last fsync or fdatasync. Of the pages
 *     written since, each survives or not by a draw from the seed, in no order, as a device's cache
 *     may have it; a seed of 0 lets none survive. Length follows the last page that survives.
 *   - of a directory, the entries that it had at its last fsync. Syncing a file does not sync its
 *     name (ext4 and XFS are kinder). A name that is gone without a sync is there again.
 *     But below a directory named KINDLY, syncing a file does sync its name and those of the
 *     directories above, as ext4, XFS and Btrfs have it: PostgreSQL relies on that, it never syncs
 *     the directory of a new table or database.
 *   - what a rename took away and brought elsewhere is in at least one of the two places, as every
 *     journaling file system has it.
 *   - mode and owner of a file or directory, as of now: nobody relies on losing them.
 * A mapped file is synced by msync as by fsync.
 */
#define FUSE_USE_VERSION 31
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096

struct page {
  int users;
  char bytes[PAGE];
};

/* A file's contents; pages are shared between the two until one is written. NULL is zeros. */
struct contents {
  struct page **pages;
  size_t slots;
  off_t size;
};

struct node;

struct entry {
  char *name;
  struct node *node;
};

struct entries {
  struct entry *all;
  size_t count;
  size_t room;
};

struct node {
  ino_t ino;
  mode_t mode;
  uid_t uid;
  gid_t gid;
  struct timespec atime, mtime, ctime;
  int names, synced_names, opened;
  struct node *parent; /* where it was last entered */
  char *target; /* of a symbolic link */
  struct contents now, synced;
  struct entries children, synced_children;
  unsigned mark; /* last walk that met it */
};

static struct node *root;
static ino_t next_ino = 1;
static volatile sig_atomic_t is_off, is_ending;
static unsigned long long draws;
static unsigned walk;
static const char *kindly;

/* Operations come in several threads, and work one at a time. */
static pthread_mutex_t work = PTHREAD_MUTEX_INITIALIZER;

static pthread_mutex_t pace = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t paced = PTHREAD_COND_INITIALIZER;
static long sync_millis; /* under pace */

static void *need(void *memory) {
  if (memory == NULL) {
    fprintf(stderr, "powercut: out of memory\n");
    abort();
  }
  return memory;
}

/* ---- contents ---- */

static void drop_page(struct page *page) {
  if (page != NULL && --page->users == 0) free(page);
}

static void grow(struct contents *c, size_t slots) {
  if (slots <= c->slots) return;
  size_t room = c->slots * 2 > slots ? c->slots * 2 : slots;
  c->pages = need(realloc(c->pages, room * sizeof *c->pages));
  memset(c->pages + c->slots, 0, (room - c->slots) * sizeof *c->pages);
  c->slots = room;
}

static struct page *writable(struct contents *c, size_t at) {
  grow(c, at + 1);
  struct page *page = c->pages[at];
  if (page != NULL && page->users == 1) return page;
  struct page *own = need(calloc(1, sizeof *own));
  own->users = 1;
  if (page != NULL) memcpy(own->bytes, page->bytes, PAGE);
  drop_page(page);
  return c->pages[at] = own;
}

static void resize(struct contents *c, off_t size) {
  if (size < c->size) {
    size_t kept = (size_t)((size + PAGE - 1) / PAGE);
    for (size_t i = kept; i < c->slots; i++) {
      drop_page(c->pages[i]);
      c->pages[i] = NULL;
    }
    size_t within = (size_t)(size % PAGE);
    if (within != 0 && kept - 1 < c->slots && c->pages[kept - 1] != NULL)
      memset(writable(c, kept - 1)->bytes + within, 0, PAGE - within);
  }
  c->size = size;
}

static struct page *page_of(const struct contents *c, size_t at) {
  return at < c->slots ? c->pages[at] : NULL;
}

static void share(struct contents *to, const struct contents *from, size_t at) {
  struct page *page = page_of(from, at);
  if (page == page_of(to, at)) return;
  grow(to, at + 1);
  drop_page(to->pages[at]);
  if (page != NULL) page->users++;
  to->pages[at] = page;
}

static void copy(struct contents *to, const struct contents *from) {
  size_t slots = to->slots > from->slots ? to->slots : from->slots;
  for (size_t i = 0; i < slots; i++) share(to, from, i);
  to->size = from->size;
}

/* ---- names ---- */

static struct node *new_node(mode_t mode) {
  struct node *node = need(calloc(1, sizeof *node));
  struct fuse_context *who = fuse_get_context();
  node->ino = next_ino++;
  node->mode = mode;
  node->uid = who == NULL ? getuid() : who->uid;
  node->gid = who == NULL ? getgid() : who->gid;
  clock_gettime(CLOCK_REALTIME, &node->mtime);
  node->atime = node->ctime = node->mtime;
  return node;
}

/* A file that nothing leads to any more gives its pages back; its few other bytes stay. */
static void release(struct node *node) {
  if (S_ISREG(node->mode) && node->names == 0 && node->synced_names == 0 && node->opened == 0) {
    resize(&node->now, 0);
    resize(&node->synced, 0);
  }
}

static struct entry *find(struct entries *in, const char *name, size_t length) {
  for (size_t i = 0; i < in->count; i++)
    if (strlen(in->all[i].name) == length && memcmp(in->all[i].name, name, length) == 0)
      return &in->all[i];
  return NULL;
}

static void put(struct entries *in, const char *name, struct node *node) {
  struct entry *old = find(in, name, strlen(name));
  if (old != NULL) {
    old->node = node;
    return;
  }
  if (in->count == in->room) {
    in->room = in->room == 0 ? 8 : in->room * 2;
    in->all = need(realloc(in->all, in->room * sizeof *in->all));
  }
  in->all[in->count++] = (struct entry){need(strdup(name)), node};
}

static void take(struct entries *from, struct entry *entry) {
  free(entry->name);
  *entry = from->all[--from->count];
}

static void touch(struct node *node) {
  clock_gettime(CLOCK_REALTIME, &node->mtime);
  node->ctime = node->mtime;
}

static int enter(struct node *directory, const char *name, struct node *node) {
  put(&directory->children, name, node);
  node->names++;
  node->parent = directory;
  touch(directory);
  return 0;
}

static struct node *step(struct node *from, const char *name, size_t length) {
  if (!S_ISDIR(from->mode)) return NULL;
  struct entry *entry = find(&from->children, name, length);
  return entry == NULL ? NULL : entry->node;
}

static struct node *lookup(const char *path) {
  struct node *at = root;
  while (at != NULL && *path != 0) {
    while (*path == '/') path++;
    size_t length = strcspn(path, "/");
    if (length > 0) at = step(at, path, length);
    path += length;
  }
  return at;
}

/* The directory that a path's last name is in, and that name. */
static struct node *parent(const char *path, const char **name) {
  const char *slash = strrchr(path, '/');
  char *folder = need(strndup(path, (size_t)(slash - path)));
  struct node *directory = lookup(folder);
  free(folder);
  *name = slash + 1;
  return directory;
}

static struct node *of(const char *path, struct fuse_file_info *info) {
  return info != NULL && info->fh != 0 ? (struct node *)(uintptr_t)info->fh : lookup(path);
}

/* ---- syncing and forgetting ---- */

/* A directory is never in two places. */
static void drop_synced_place(struct node *directory, struct node *node) {
  for (size_t i = directory->synced_children.count; i-- > 0;) {
    struct entry *entry = &directory->synced_children.all[i];
    if (entry->node == node) {
      take(&directory->synced_children, entry);
      node->synced_names--;
    } else if (S_ISDIR(entry->node->mode)) {
      drop_synced_place(entry->node, node);
    }
  }
}

static void put_synced(struct node *directory, const char *name, struct node *node) {
  struct entry *old = find(&directory->synced_children, name, strlen(name));
  if (old != NULL) {
    if (old->node == node) return;
    old->node->synced_names--;
    release(old->node);
  }
  if (S_ISDIR(node->mode) && node->synced_names > 0) drop_synced_place(root, node);
  put(&directory->synced_children, name, node);
  node->synced_names++;
}

/* Where a node is now, somewhere below a directory, is synced. */
static void sync_place(struct node *directory, struct node *node) {
  for (size_t i = 0; i < directory->children.count; i++) {
    struct entry *entry = &directory->children.all[i];
    if (entry->node == node) put_synced(directory, entry->name, node);
    if (S_ISDIR(entry->node->mode)) sync_place(entry->node, node);
  }
}

static void sync_directory(struct node *directory) {
  struct entries *was = &directory->synced_children;
  for (size_t i = was->count; i-- > 0;) {
    struct entry *entry = &was->all[i];
    struct entry *now = find(&directory->children, entry->name, strlen(entry->name));
    if (now == NULL || now->node != entry->node) {
      struct node *gone = entry->node;
      take(was, entry);
      gone->synced_names--;
      if (gone->names > 0 && gone->synced_names == 0) sync_place(root, gone);
      release(gone);
    }
  }
  for (size_t i = 0; i < directory->children.count; i++)
    put_synced(directory, directory->children.all[i].name, directory->children.all[i].node);
}

static struct entry *entry_of(struct node *node) {
  for (size_t i = 0; node->parent != NULL && i < node->parent->children.count; i++)
    if (node->parent->children.all[i].node == node) return &node->parent->children.all[i];
  return NULL;
}

/* The names that lead to a file below a kindly directory, from there on or from the top. */
static void sync_names(struct node *file) {
  int is_below = 0;
  for (struct node *at = file; at != NULL && !is_below; at = at->parent) {
    struct entry *entry = entry_of(at);
    is_below = entry != NULL && strcmp(entry->name, kindly) == 0;
  }
  for (struct node *at = file; is_below && at != NULL; at = at->parent) {
    struct entry *entry = entry_of(at);
    if (entry != NULL) put_synced(at->parent, entry->name, at);
  }
}

static int is_kept(void) {
  if (draws == 0) return 0;
  draws ^= draws << 13;
  draws ^= draws >> 7;
  draws ^= draws << 17;
  return (draws >> 33) & 1;
}

static void forget_writes(struct node *file) {
  off_t size = file->synced.size;
  int any = is_kept(); /* half of the files lose everything */
  for (size_t i = 0; any && i < file->now.slots; i++) {
    if (page_of(&file->now, i) == page_of(&file->synced, i) || !is_kept()) continue;
    share(&file->synced, &file->now, i);
    off_t end = (off_t)(i + 1) * PAGE;
    if (end > file->now.size) end = file->now.size;
    if (end > size) size = end;
  }
  file->synced.size = size;
  copy(&file->now, &file->synced);
}

static void uncount(struct node *node) {
  for (size_t i = 0; i < node->children.count; i++) {
    struct node *child = node->children.all[i].node;
    child->names--;
    child->opened = 0;
    if (S_ISDIR(child->mode)) uncount(child);
  }
}

static void forget(struct node *node) {
  if (node->mark == walk) return;
  node->mark = walk;
  if (S_ISREG(node->mode)) forget_writes(node);
  if (!S_ISDIR(node->mode)) return;
  while (node->children.count > 0) take(&node->children, &node->children.all[0]);
  for (size_t i = 0; i < node->synced_children.count; i++) {
    struct entry *entry = &node->synced_children.all[i];
    put(&node->children, entry->name, entry->node);
    entry->node->names++;
    entry->node->parent = node;
    forget(entry->node);
  }
}

static void come_back(void) {
  walk++;
  uncount(root);
  forget(root);
  is_off = 0;
}

/* ---- operations ---- */

static void end_work(char *unused) {
  (void)unused;
  pthread_mutex_unlock(&work);
}

/* Until the end of the block. */
#define ALONE \
  __attribute__((cleanup(end_work))) char working; \
  (void)working; \
  pthread_mutex_lock(&work)

#define POWERED \
  ALONE; \
  if (is_off) return -EIO

static struct timespec later(const struct timespec *than, long millis) {
  struct timespec at = *than;
  at.tv_sec += millis / 1000;
  at.tv_nsec += millis % 1000 * 1000000;
  if (at.tv_nsec >= 1000000000) {
    at.tv_sec++;
    at.tv_nsec -= 1000000000;
  }
  return at;
}

static int is_before(const struct timespec *one, const struct timespec *other) {
  return one->tv_sec < other->tv_sec ||
         (one->tv_sec == other->tv_sec && one->tv_nsec < other->tv_nsec);
}

/* Returns when a sync that begins now may be done. */
static void await_device(void) {
  struct timespec begun, now;
  clock_gettime(CLOCK_REALTIME, &begun);
  pthread_mutex_lock(&pace);
  for (now = begun; sync_millis > 0 && !is_off; clock_gettime(CLOCK_REALTIME, &now)) {
    struct timespec due = later(&begun, sync_millis);
    if (!is_before(&now, &due)) break;
    pthread_cond_timedwait(&paced, &pace, &due);
  }
  pthread_mutex_unlock(&pace);
}

static void *listen_to_orders(void *unused) {
  (void)unused;
  long millis;
  while (scanf(" slow %ld", &millis) == 1) {
    pthread_mutex_lock(&pace);
    sync_millis = millis;
    pthread_cond_broadcast(&paced);
    pthread_mutex_unlock(&pace);
    printf("slow %ld\n", millis);
    fflush(stdout);
  }
  return NULL;
}

/* Signals are for the main thread. */
static void listen_beside(void) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t listener;
  if (pthread_create(&listener, NULL, listen_to_orders, NULL) != 0) abort();
  pthread_detach(listener);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static int op_getattr(const char *path, struct stat *st, struct fuse_file_info *info) {
  POWERED;
  struct node *node = of(path, info);
  if (node == NULL) return -ENOENT;
  memset(st, 0, sizeof *st);
  st->st_ino = node->ino;
  st->st_mode = node->mode;
  st->st_nlink = S_ISDIR(node->mode) ? 2 : (nlink_t)node->names;
  st->st_uid = node->uid;
  st->st_gid = node->gid;
  st->st_size = S_ISLNK(node->mode) ? (off_t)strlen(node->target) : node->now.size;
  st->st_blksize = PAGE;
  st->st_blocks = (node->now.size + 511) / 512;
  st->st_atim = node->atime;
  st->st_mtim = node->mtime;
  st->st_ctim = node->ctime;
  return 0;
}

static int make(const char *path, mode_t mode, struct node **made) {
  const char *name;
  struct node *directory = parent(path, &name);
  if (directory == NULL) return -ENOENT;
  if (!S_ISDIR(directory->mode)) return -ENOTDIR;
  if (find(&directory->children, name, strlen(name)) != NULL) return -EEXIST;
  *made = new_node(mode);
  return enter(directory, name, *made);
}

static int op_mkdir(const char *path, mode_t mode) {
  POWERED;
  struct node *made;
  return make(path, S_IFDIR | (mode & 07777), &made);
}

static int op_symlink(const char *target, const char *path) {
  POWERED;
  struct node *made;
  int failure = make(path, S_IFLNK | 0777, &made);
  if (failure == 0) made->target = need(strdup(target));
  return failure;
}

static int op_readlink(const char *path, char *into, size_t room) {
  POWERED;
  struct node *node = lookup(path);
  if (node == NULL) return -ENOENT;
  if (!S_ISLNK(node->mode)) return -EINVAL;
  snprintf(into, room, "%s", node->target);
  return 0;
}

static int op_create(const char *path, mode_t mode, struct fuse_file_info *info) {
  POWERED;
  struct node *made;
  int failure = make(path, S_IFREG | (mode & 07777), &made);
  if (failure == 0) {
    made->opened++;
    info->fh = (uintptr_t)made;
  }
  return failure;
}

static int op_open(const char *path, struct fuse_file_info *info) {
  POWERED;
  struct node *node = lookup(path);
  if (node == NULL) return -ENOENT;
  if (info->flags & O_TRUNC) resize(&node->now, 0);
  node->opened++;
  info->fh = (uintptr_t)node;
  return 0;
}

static int op_release(const char *path, struct fuse_file_info *info) {
  (void)path;
  ALONE;
  struct node *node = (struct node *)(uintptr_t)info->fh;
  node->opened--;
  release(node);
  return 0;
}

static int op_read(
    const char *path, char *into, size_t count, off_t offset, struct fuse_file_info *info) {
  POWERED;
  struct node *node = of(path, info);
  if (offset >= node->now.size) return 0;
  if ((off_t)count > node->now.size - offset) count = (size_t)(node->now.size - offset);
  for (size_t done = 0; done < count;) {
    size_t within = (size_t)(offset + (off_t)done) % PAGE;
    size_t part = PAGE - within < count - done ? PAGE - within : count - done;
    struct page *page = page_of(&node->now, (size_t)(offset + (off_t)done) / PAGE);
    if (page == NULL)
      memset(into + done, 0, part);
    else
      memcpy(into + done, page->bytes + within, part);
    done += part;
  }
  return (int)count;
}

static int op_write(
    const char *path, const char *from, size_t count, off_t offset, struct fuse_file_info *info) {
  POWERED;
  struct node *node = of(path, info);
  for (size_t done = 0; done < count;) {
    size_t within = (size_t)(offset + (off_t)done) % PAGE;
    size_t part = PAGE - within < count - done ? PAGE - within : count - done;
    struct page *page = writable(&node->now, (size_t)(offset + (off_t)done) / PAGE);
    memcpy(page->bytes + within, from + done, part);
    done += part;
  }
  if (offset + (off_t)count > node->now.size) node->now.size = offset + (off_t)count;
  touch(node);
  return (int)count;
}

static int op_truncate(const char *path, off_t size, struct fuse_file_info *info) {
  POWERED;
  struct node *node = of(path, info);
  if (node == NULL) return -ENOENT;
  resize(&node->now, size);
  touch(node);
  return 0;
}

static int op_fallocate(
    const char *path, int mode, off_t offset, off_t length, struct fuse_file_info *info) {
  POWERED;
  if (mode != 0) return -EOPNOTSUPP;
  struct node *node = of(path, info);
  if (offset + length > node->now.size) node->now.size = offset + length;
  return 0;
}

static int op_fsync(const char *path, int data_only, struct fuse_file_info *info) {
  await_device();
  POWERED;
  (void)data_only; /* a length that is needed to read the data is synced with it */
  struct node *node = of(path, info);
  copy(&node->synced, &node->now);
  if (kindly != NULL && node->names > 0) sync_names(node);
  return 0;
}

static int op_fsyncdir(const char *path, int data_only, struct fuse_file_info *info) {
  await_device();
  POWERED;
  (void)data_only;
  struct node *node = of(path, info);
  if (node == NULL) return -ENOENT;
  sync_directory(node);
  return 0;
}

static int op_opendir(const char *path, struct fuse_file_info *info) {
  POWERED;
  struct node *node = lookup(path);
  if (node == NULL) return -ENOENT;
  info->fh = (uintptr_t)node;
  return 0;
}

static int op_readdir(
    const char *path,
    void *into,
    fuse_fill_dir_t fill,
    off_t offset,
    struct fuse_file_info *info,
    enum fuse_readdir_flags flags) {
  POWERED;
  (void)offset;
  (void)flags;
  struct node *node = of(path, info);
  fill(into, ".", NULL, 0, 0);
  fill(into, "..", NULL, 0, 0);
  for (size_t i = 0; i < node->children.count; i++)
    if (fill(into, node->children.all[i].name, NULL, 0, 0) != 0) break;
  return 0;
}

static int leave(const char *path, int wants_directory) {
  const char *name;
  struct node *directory = parent(path, &name);
  struct entry *entry =
      directory == NULL ? NULL : find(&directory->children, name, strlen(name));
  if (entry == NULL) return -ENOENT;
  struct node *node = entry->node;
  if (S_ISDIR(node->mode) != wants_directory) return wants_directory ? -ENOTDIR : -EISDIR;
  if (wants_directory && node->children.count > 0) return -ENOTEMPTY;
  take(&directory->children, entry);
  node->names--;
  touch(directory);
  release(node);
  return 0;
}

static int op_unlink(const char *path) {
  POWERED;
  return leave(path, 0);
}

static int op_rmdir(const char *path) {
  POWERED;
  return leave(path, 1);
}

static int op_rename(const char *from, const char *to, unsigned flags) {
  POWERED;
  if (flags & ~(unsigned)RENAME_NOREPLACE) return -EINVAL;
  const char *name;
  struct node *source = parent(from, &name);
  struct entry *entry = source == NULL ? NULL : find(&source->children, name, strlen(name));
  if (entry == NULL) return -ENOENT;
  struct node *moved = entry->node;
  struct node *replaced = lookup(to);
  if (replaced == moved) return 0;
  if (replaced != NULL) {
    if (flags & RENAME_NOREPLACE) return -EEXIST;
    int failure = leave(to, S_ISDIR(moved->mode));
    if (failure != 0) return failure;
  }
  const char *new_name;
  struct node *target = parent(to, &new_name);
  if (target == NULL) return -ENOENT;
  enter(target, new_name, moved);
  /* Entering may have moved the entries. */
  take(&source->children, find(&source->children, name, strlen(name)));
  moved->names--;
  touch(source);
  return 0;
}

static int op_link(const char *from, const char *to) {
  POWERED;
  const char *name;
  struct node *node = lookup(from);
  struct node *directory = parent(to, &name);
  if (node == NULL || directory == NULL) return -ENOENT;
  if (find(&directory->children, name, strlen(name)) != NULL) return -EEXIST;
  return enter(directory, name, node);
}

static int op_chmod(const char *path, mode_t mode, struct fuse_file_info *info) {
  POWERED;
  struct node *node = of(path, info);
  if (node == NULL) return -ENOENT;
  node->mode = (node->mode & S_IFMT) | (mode & 07777);
  return 0;
}

static int op_chown(const char *path, uid_t uid, gid_t gid, struct fuse_file_info *info) {
  POWERED;
  struct node *node = of(path, info);
  if (node == NULL) return -ENOENT;
  if (uid != (uid_t)-1) node->uid = uid;
  if (gid != (gid_t)-1) node->gid = gid;
  return 0;
}

static void set_time(struct timespec *time, const struct timespec *to) {
  if (to->tv_nsec == UTIME_NOW)
    clock_gettime(CLOCK_REALTIME, time);
  else if (to->tv_nsec != UTIME_OMIT)
    *time = *to;
}

static int op_utimens(
    const char *path, const struct timespec times[2], struct fuse_file_info *info) {
  POWERED;
  struct node *node = of(path, info);
  if (node == NULL) return -ENOENT;
  set_time(&node->atime, &times[0]);
  set_time(&node->mtime, &times[1]);
  return 0;
}

static int op_statfs(const char *path, struct statvfs *st) {
  (void)path;
  memset(st, 0, sizeof *st);
  st->f_bsize = st->f_frsize = PAGE;
  st->f_blocks = st->f_bfree = st->f_bavail = (64ULL << 30) / PAGE;
  st->f_files = st->f_ffree = st->f_favail = 1 << 24;
  st->f_namemax = 255;
  return 0;
}

static void *op_init(struct fuse_conn_info *connection, struct fuse_config *config) {
  (void)connection;
  config->use_ino = 1;
  config->hard_remove = 1; /* an open file that was unlinked is reached by its handle */
  config->nullpath_ok = 1;
  config->attr_timeout = config->entry_timeout = 60; /* nobody else changes anything */
  return NULL;
}

static const struct fuse_operations OPERATIONS = {
    .init = op_init,
    .getattr = op_getattr,
    .mkdir = op_mkdir,
    .symlink = op_symlink,
    .readlink = op_readlink,
    .create = op_create,
    .open = op_open,
    .release = op_release,
    .read = op_read,
    .write = op_write,
    .truncate = op_truncate,
    .fallocate = op_fallocate,
    .fsync = op_fsync,
    .fsyncdir = op_fsyncdir,
    .opendir = op_opendir,
    .readdir = op_readdir,
    .unlink = op_unlink,
    .rmdir = op_rmdir,
    .rename = op_rename,
    .link = op_link,
    .chmod = op_chmod,
    .chown = op_chown,
    .utimens = op_utimens,
    .statfs = op_statfs,
};

static struct fuse *mounted;

static void on_signal(int signal) {
  if (signal == SIGUSR1) {
    is_off = 1;
    return;
  }
  is_ending = 1;
  if (mounted != NULL) fuse_exit(mounted);
}

/* One life between two mounts; 0 when it was unmounted. */
static int serve(const char *mountpoint) {
  char *arguments[] = {
      "powercut", "-o", geteuid() == 0 ? "allow_other,default_permissions" : "default_permissions"};
  struct fuse_args args = FUSE_ARGS_INIT(3, arguments);
  struct fuse *fuse = fuse_new(&args, &OPERATIONS, sizeof OPERATIONS, NULL);
  fuse_opt_free_args(&args);
  if (fuse == NULL) return 1;
  if (fuse_mount(fuse, mountpoint) != 0) {
    fuse_destroy(fuse);
    return 1;
  }
  mounted = fuse;
  printf("on\n");
  fflush(stdout);
  fuse_loop_mt(fuse, 0);
  mounted = NULL;
  fuse_unmount(fuse);
  fuse_destroy(fuse);
  return 0;
}

int main(int count, char **arguments) {
  if (count != 3 && count != 4) {
    fprintf(stderr, "usage: powercut MOUNTPOINT SEED [KINDLY]\n");
    return 2;
  }
  if (count == 4) kindly = arguments[3];
  draws = strtoull(arguments[2], NULL, 10);
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGUSR1, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  root = new_node(S_IFDIR | 0755);
  root->names = root->synced_names = 1;
  listen_beside();
  int failure = 0;
  while (!is_ending && failure == 0) {
    failure = serve(arguments[1]);
    come_back();
  }
  return failure;
}
