/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/vcs/local.c - repositories on disk, read with libgit2: a bare repository, a checkout, a
 * directory of mirrors, or (for --repo DIR) a plain directory without git.
 *
 * Only the object database is read; nothing is checked out, no hook runs. A repository is opened
 * per operation, because libgit2 objects must not be shared between threads without a lock and
 * opening costs far less than reading a tree.
 */
#include <git2.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "source/path.h"
#include "source/vcs/local_directory.h"
#include "source/vcs/local_history.h"
#include "source/vcs/local_ref.h"
#include "source/vcs/provider.h"

enum {
    MAX_LINKS = 5,
};

typedef struct LocalProvider {
    Provider base;
    char *path;
    char *name;
} LocalProvider;

DEFINE_CLEANUP(git_repository *, git_repository_free);
DEFINE_CLEANUP(git_object *, git_object_free);
DEFINE_CLEANUP(git_tree_entry *, git_tree_entry_free);

static bool git_fault(SourceFault *fault, SourceState state, const char *what)
{
    const git_error *error = git_error_last();

    return source_fault_set(fault, state, "%s: %s", what,
                            error != NULL && error->message != NULL ? error->message : "unknown");
}

static bool is_repository(const char *path)
{
    git_repository *repository = NULL;
    bool ok = git_repository_open_ext(&repository, path, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL) == 0;

    git_repository_free(repository);
    return ok;
}

static bool is_directory(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* A checkout whose .git is a file or directory below, else the path itself. NULL: plain directory.
 */
static bool open_repository(Str repo, git_repository **ret_repository, SourceFault *fault)
{
    char path[PATH_MAX];

    if (repo.len >= sizeof(path)) {
        return source_fault_set(fault, SOURCE_REPO_NOT_FOUND, "the path is too long");
    }
    memcpy(path, repo.ptr, repo.len);
    path[repo.len] = '\0';
    *ret_repository = NULL;
    int rc = git_repository_open_ext(ret_repository, path, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL);
    if (rc == GIT_ENOTFOUND && is_directory(path)) {
        return true;
    }
    return rc == 0 ? true
                   : git_fault(fault, SOURCE_REPO_NOT_FOUND, "could not open the repository");
}

/* Tries root/a[/b][.git]; true when it is a repository. */
static bool try_mirror(Arena *arena, const char *root, Str a, Str b, Str *ret_repo)
{
    static const char *const endings[] = { ".git", "" };

    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        char *path = arena_printf(arena, "%s/%.*s%s%.*s%s", root, STR_ARG(a), b.len > 0 ? "/" : "",
                                  STR_ARG(b), endings[i]);
        if (path != NULL && is_repository(path)) {
            *ret_repo = str_from(path);
            return true;
        }
    }
    return false;
}

static bool locate_file(LocalProvider *local, Arena *arena, Str path, Str *ret_repo,
                        SourceFault *fault)
{
    char *wanted = realpath(arena_text(arena, path) != NULL ? arena_text(arena, path) : "", NULL);
    char *allowed = realpath(local->path, NULL);
    bool ok = wanted != NULL && allowed != NULL &&
              path_is_under(str_from(wanted), str_from(allowed)) && is_repository(wanted);

    if (ok) {
        *ret_repo = arena_str(arena, str_from(wanted));
        ok = ret_repo->ptr != NULL;
    }
    free(wanted);
    free(allowed);
    return ok ? true
              : source_fault_set(fault, SOURCE_REPO_NOT_FOUND,
                                 "there is no repository in an allowed directory");
}

static bool local_locate(Provider *provider, Arena *arena, const RepoAddress *address,
                         Str *ret_repo, SourceFault *fault)
{
    LocalProvider *local = (LocalProvider *)provider;
    Str prefix = provider->path_prefix;

    if (provider->answers_any || (prefix.len > 0 && str_eq_ignore_case(prefix, address->path)) ||
        (address->host.len == 0 && str_eq(address->path, str_from(local->name)))) {
        *ret_repo = str_from(local->path);
        return true;
    }
    if (address->is_file) {
        return locate_file(local, arena, address->path, ret_repo, fault);
    }
    if (is_repository(local->path)) {
        if (prefix.len == 0 && address->host.len > 0) {
            *ret_repo = str_from(local->path); /* one repository for the whole host */
            return true;
        }
        return source_fault_set(fault, SOURCE_REPO_NOT_FOUND, "no such repository");
    }
    Str below = str_trim_char_left(str_skip(address->path, prefix.len), '/');
    if (try_mirror(arena, local->path, below, STR_EMPTY, ret_repo) ||
        try_mirror(arena, local->path, address->path, STR_EMPTY, ret_repo) ||
        (address->host.len > 0 &&
         try_mirror(arena, local->path, address->host, address->path, ret_repo))) {
        return true;
    }
    return source_fault_set(fault, SOURCE_REPO_NOT_FOUND,
                            "the directory of provider %.*s has no mirror of \"%.*s\"",
                            STR_ARG(provider->name), STR_ARG(address->path));
}

static Str id_text(Arena *arena, const git_oid *id)
{
    char hex[GIT_OID_HEXSZ + 1];

    return arena_str(arena, str_from(git_oid_tostr(hex, sizeof(hex), id)));
}

static bool local_resolve_ref(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                              Str ref, VcsRef *ret_ref, SourceFault *fault)
{
    CLEANUP(git_repository_freep) git_repository *repository = NULL;
    CLEANUP(git_object_freep) git_object *commit = NULL;
    VcsRefKind kind;

    (void)provider;
    (void)call;
    if (!open_repository(repo, &repository, fault)) {
        return false;
    }
    if (repository == NULL) { /* a plain directory is what it is, whatever the label says */
        *ret_ref = (VcsRef){ .commit = STR_EMPTY, .kind = VCS_REF_MOVABLE };
        return true;
    }
    if (!local_ref_find(repository, ref, &commit, &kind, fault)) {
        return false;
    }
    *ret_ref = (VcsRef){ .commit = id_text(arena, git_object_id(commit)), .kind = kind };
    return ret_ref->commit.ptr != NULL ? true : source_fault_no_memory(fault);
}

static bool open_tree(git_repository *repository, Str commit, git_tree **ret_tree,
                      SourceFault *fault)
{
    CLEANUP(git_object_freep) git_object *object = NULL;
    VcsRefKind kind;

    if (!local_ref_find(repository, commit, &object, &kind, fault)) {
        return false;
    }
    if (git_commit_tree(ret_tree, (git_commit *)object) != 0) {
        return git_fault(fault, SOURCE_REF_NOT_FOUND, "could not read the tree of the commit");
    }
    return true;
}

/* The blob at path, through symbolic links inside the repository as forges do (section 7.2). */
static bool find_blob(git_repository *repository, git_tree *tree, Arena *arena, Str path,
                      int links_left, git_blob **ret_blob, SourceFault *fault)
{
    CLEANUP(git_tree_entry_freep) git_tree_entry *entry = NULL;
    const char *c_path = arena_text(arena, path);

    if (c_path == NULL) {
        return source_fault_no_memory(fault);
    }
    if (path.len == 0 || git_tree_entry_bypath(&entry, tree, c_path) != 0) {
        fault->entry = path.len == 0 ? SOURCE_ENTRY_DIRECTORY : SOURCE_ENTRY_NONE;
        return source_fault_set(fault, SOURCE_FILE_NOT_FOUND, "there is no such file");
    }
    if (git_tree_entry_type(entry) == GIT_OBJECT_TREE) {
        fault->entry = SOURCE_ENTRY_DIRECTORY;
        return source_fault_set(fault, SOURCE_FILE_NOT_FOUND, "it is a directory");
    }
    if (git_tree_entry_type(entry) != GIT_OBJECT_BLOB) {
        fault->entry = SOURCE_ENTRY_SUBMODULE;
        return source_fault_set(fault, SOURCE_FILE_NOT_FOUND, "it is a submodule");
    }
    if (git_blob_lookup(ret_blob, repository, git_tree_entry_id(entry)) != 0) {
        return git_fault(fault, SOURCE_FILE_NOT_FOUND, "could not read the file");
    }
    if (git_tree_entry_filemode(entry) != GIT_FILEMODE_LINK) {
        return true;
    }
    Str target = { git_blob_rawcontent(*ret_blob), (size_t)git_blob_rawsize(*ret_blob) };
    Str next = STR_EMPTY;
    bool inside = links_left > 0 && !str_starts_with(target, STR("/")) &&
                  path_join(arena, path_parent(path), target, &next);
    git_blob_free(*ret_blob);
    *ret_blob = NULL;
    if (inside && find_blob(repository, tree, arena, next, links_left - 1, ret_blob, fault)) {
        return true;
    }
    fault->entry = SOURCE_ENTRY_LINK;
    return source_fault_set(fault, SOURCE_FILE_NOT_FOUND,
                            "it is a symbolic link to something that is no file of the repository");
}

static bool local_read_file(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                            Str commit, Str path, Buf *ret_bytes, SourceFault *fault)
{
    CLEANUP(git_repository_freep) git_repository *repository = NULL;
    git_tree *tree = NULL;
    git_blob *blob = NULL;

    (void)provider;
    (void)call;
    if (!open_repository(repo, &repository, fault)) {
        return false;
    }
    if (repository == NULL) {
        return local_directory_read(arena, repo, path, ret_bytes, fault);
    }
    if (!open_tree(repository, commit, &tree, fault)) {
        return false;
    }
    bool ok = find_blob(repository, tree, arena, path, MAX_LINKS, &blob, fault);
    git_tree_free(tree);
    if (!ok) {
        return false;
    }
    Str bytes = { git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob) };
    if (bytes.len > ret_bytes->limit) {
        (void)source_fault_set(fault, SOURCE_TOO_LARGE,
                               "the file has %zu bytes, more than the limit of %zu", bytes.len,
                               ret_bytes->limit);
        ok = false;
    } else {
        buf_add(ret_bytes, bytes);
        ok = buf_ok(ret_bytes) ? true : source_fault_no_memory(fault);
    }
    git_blob_free(blob);
    return ok;
}

static int add_entry(const char *root, const git_tree_entry *entry, void *context)
{
    TreeBuilder *builder = context;
    git_object_t type = git_tree_entry_type(entry);
    char path[PATH_MAX];

    if (type == GIT_OBJECT_TREE) {
        return 0;
    }
    int n = snprintf(path, sizeof(path), "%s%s", root, git_tree_entry_name(entry));
    if (n < 0 || (size_t)n >= sizeof(path)) {
        return 0;
    }
    TreeKind kind = type == GIT_OBJECT_COMMIT                             ? TREE_SUBMODULE
                    : git_tree_entry_filemode(entry) == GIT_FILEMODE_LINK ? TREE_LINK
                                                                          : TREE_FILE;
    return tree_builder_add(builder, (Str){ path, (size_t)n }, kind) ? 0 : GIT_EUSER;
}

static bool local_list_tree(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                            Str commit, TreeIndex **ret_tree, SourceFault *fault)
{
    CLEANUP(git_repository_freep) git_repository *repository = NULL;
    CLEANUP(tree_builder_destroyp) TreeBuilder *builder = tree_builder_create();
    git_tree *tree = NULL;

    (void)provider;
    (void)call;
    if (builder == NULL) {
        return source_fault_no_memory(fault);
    }
    if (!open_repository(repo, &repository, fault)) {
        return false;
    }
    if (repository == NULL) {
        if (!local_directory_list(arena, repo, builder, fault)) {
            return false;
        }
    } else {
        if (!open_tree(repository, commit, &tree, fault)) {
            return false;
        }
        int rc = git_tree_walk(tree, GIT_TREEWALK_PRE, add_entry, builder);
        git_tree_free(tree);
        if (rc != 0 && rc != GIT_EUSER) { /* EUSER: the tree was cut and says so */
            return git_fault(fault, SOURCE_REF_NOT_FOUND, "could not list the tree");
        }
    }
    *ret_tree = tree_builder_finish(builder);
    return *ret_tree != NULL ? true : source_fault_no_memory(fault);
}

/* Of a plain directory there is none. */
static bool open_history(Str repo, git_repository **ret_repository, SourceFault *fault)
{
    if (!open_repository(repo, ret_repository, fault)) {
        return false;
    }
    return *ret_repository != NULL ||
           source_fault_set(fault, SOURCE_REF_NOT_FOUND,
                            "the directory is no git repository and has no commits");
}

static bool local_read_commit(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                              Str ref, VcsCommit *ret_commit, SourceFault *fault)
{
    CLEANUP(git_repository_freep) git_repository *repository = NULL;
    CLEANUP(git_object_freep) git_object *object = NULL;
    VcsRefKind kind;

    (void)provider;
    (void)call;
    if (!open_history(repo, &repository, fault) ||
        !local_ref_find(repository, ref, &object, &kind, fault)) {
        return false;
    }
    git_commit *commit = (git_commit *)object;
    const git_signature *author = git_commit_author(commit);
    Buf date = BUF_INIT(64);
    clock_add_rfc3339(&date, (int64_t)author->when.time * NS_PER_S, false);
    *ret_commit = (VcsCommit){
        .sha = id_text(arena, git_object_id(object)),
        .message = arena_str(arena, str_from(git_commit_message(commit))),
        .author_login = STR_EMPTY,
        .author_name = arena_str(arena, str_from(author->name)),
        .avatar_url = STR_EMPTY,
        .date = arena_str(arena, buf_str(&date)),
        .url = STR_EMPTY,
    };
    buf_done(&date);
    bool ok = ret_commit->sha.ptr != NULL && ret_commit->message.ptr != NULL &&
              ret_commit->author_name.ptr != NULL && ret_commit->date.ptr != NULL;
    return ok ? true : source_fault_no_memory(fault);
}

static bool local_list_tags(Provider *provider UNUSED, const VcsCall *call UNUSED, Arena *arena,
                            Str repo, Str prefix, VcsTag **ret_tags, size_t *ret_n,
                            SourceFault *fault)
{
    CLEANUP(git_repository_freep) git_repository *repository = NULL;

    return open_history(repo, &repository, fault) &&
           local_history_tags(repository, arena, prefix, ret_tags, ret_n, fault);
}

static bool local_commit_before(Provider *provider UNUSED, const VcsCall *call UNUSED, Arena *arena,
                                Str repo, int64_t unix_s, Str *ret_commit, SourceFault *fault)
{
    CLEANUP(git_repository_freep) git_repository *repository = NULL;

    return open_history(repo, &repository, fault) &&
           local_history_before(repository, arena, unix_s, ret_commit, fault);
}

static bool local_check_access(Provider *provider, const VcsCall *call, Arena *arena, Str repo,
                               bool *ret_public, SourceFault *fault)
{
    (void)provider;
    (void)call;
    (void)arena;
    (void)repo;
    (void)fault;
    *ret_public = true; /* who may ask at all was decided when the provider was configured */
    return true;
}

static Str local_no_url(const Provider *provider, Arena *arena, Str repo, Str commit)
{
    (void)provider;
    (void)arena;
    (void)repo;
    (void)commit;
    return STR_EMPTY;
}

static Str local_file_url(const Provider *provider, Arena *arena, Str repo, Str commit, Str path)
{
    (void)path;
    return local_no_url(provider, arena, repo, commit);
}

static void local_destroy(Provider *provider)
{
    LocalProvider *local = (LocalProvider *)provider;

    free(local->path);
    free(local->name);
    free(local);
    (void)git_libgit2_shutdown(); /* counts: the number of users left */
}

static const ProviderOps local_ops = {
    .locate = local_locate,
    .resolve_ref = local_resolve_ref,
    .read_file = local_read_file,
    .list_tree = local_list_tree,
    .read_commit = local_read_commit,
    .list_tags = local_list_tags,
    .commit_before = local_commit_before,
    .check_access = local_check_access,
    .file_url = local_file_url,
    .commit_url = local_no_url,
    .destroy = local_destroy,
};

Provider *provider_local_create(const ProviderConfig *config, Err *err)
{
    LocalProvider *local = calloc(1, sizeof(*local));

    if (local == NULL || (local->path = str_dup(config->path)) == NULL ||
        (local->name = str_dup(config->name)) == NULL) {
        if (local != NULL) {
            free(local->path);
        }
        free(local);
        (void)err_no_memory(err); /* NULL says it failed */
        return NULL;
    }
    (void)git_libgit2_init(); /* counts: the number of users */
    /* Objects are only read and no configuration of the repository is obeyed, so a repository of
     * another user, as mirrors often are, is no danger. */
    (void)git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    local->base = (Provider){ .ops = &local_ops, .is_local = true, .anonymous = true };
    if (!is_directory(local->path)) {
        (void)err_set(err, ERR_NOT_FOUND, "path \"%s\" is no directory", local->path);
        local_destroy(&local->base);
        return NULL;
    }
    return &local->base;
}
