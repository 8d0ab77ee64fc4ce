/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source/resolver_gather.c - what is known upstream before any rule runs: the commit of the own
 * repository, its tree, its mapping file and its go.mod.
 */
#include "source/path.h"
#include "source/ref_name.h"
#include "source/resolver_internal.h"

bool resolver_read_own(Resolver *r, Str path, Str *ret_bytes, LookupReport *report)
{
    const TreeIndex *tree = r->input.tree;

    *report = (LookupReport){ 0 };
    if (tree != NULL && !tree_index_truncated(tree) && !tree_index_has(tree, path)) {
        report->cached = true; /* the listing answers */
        if (tree_index_is_directory(tree, path)) {
            report->fault.entry = SOURCE_ENTRY_DIRECTORY;
            return source_fault_set(&report->fault, SOURCE_FILE_NOT_FOUND, "it is a directory");
        }
        return source_fault_set(&report->fault, SOURCE_FILE_NOT_FOUND,
                                "the repository has no such file at this commit");
    }
    return r->lookup->ops->read(r->lookup, &r->own, r->own_ref.commit, path, ret_bytes, report);
}

/* No ref, but the time of the profile: the newest commit before it is a better guess than HEAD. */
static bool guess_own_ref(Resolver *r)
{
    LookupReport report = { 0 };

    if (r->request->ref.len > 0 || r->request->profiled_at_ms <= 0 ||
        r->lookup->ops->before == NULL ||
        !r->lookup->ops->before(r->lookup, &r->own, r->request->profiled_at_ms / 1000, &r->own_ref,
                                &report) ||
        r->own_ref.commit.len == 0) {
        return false;
    }
    r->ref_shown = arena_str(r->arena, r->own_ref.commit);
    r->no_memory = r->no_memory || r->ref_shown.ptr == NULL;
    resolver_note(r, "ref_guess", &r->own, r->ref_shown, STR_EMPTY, &report);
    resolver_warn(r, "ref_guessed",
                  "The profile names no commit (label service_git_ref): the newest commit before "
                  "it was taken is shown, which is a guess.");
    r->result->uncertain = true;
    return true;
}

static bool resolve_own_ref(Resolver *r)
{
    if (guess_own_ref(r)) {
        return true;
    }
    LookupReport report = { 0 };
    bool ok = r->lookup->ops->resolve(r->lookup, &r->own, r->request->ref, &r->own_ref, &report);

    resolver_note(r, "ref", &r->own, r->ref_shown, STR_EMPTY, &report);
    if (!ok) {
        resolver_failed(r, &report.fault);
        return false;
    }
    if (r->own_ref.kind == VCS_REF_MOVABLE && r->request->ref.len == 0) {
        resolver_warn(r, "ref_may_move",
                      "The profile names no commit (label service_git_ref), so HEAD is shown; it "
                      "may not be what was compiled.");
    } else if (r->own_ref.kind == VCS_REF_MOVABLE) {
        resolver_warn(r, "ref_may_move",
                      arena_printf(r->arena,
                                   "\"%.*s\" is a branch or tag and may have moved since the "
                                   "profile was taken.",
                                   STR_ARG(r->request->ref)));
    }
    return true;
}

/* Failure is no reason to stop: the rules can still ask for single files. */
static bool list_own_tree(Resolver *r)
{
    LookupReport report = { 0 };
    const TreeIndex *tree = NULL;

    if (r->lookup->ops->tree(r->lookup, &r->own, r->own_ref.commit, &tree, &report)) {
        r->input.tree = tree;
    }
    resolver_note(r, "tree", &r->own, r->ref_shown, STR_EMPTY, &report);
    return tree != NULL;
}

/*
 * Commit and tree. A full id needs no question of its own: when its tree can be listed it is there;
 * when not, the question follows, since its answer says better what is wrong.
 */
static bool open_own(Resolver *r)
{
    /* below a root path the mapping file is looked for in several places: the listing is cheaper */
    bool tree = r->input.root.len > 0 || rule_wants_tree(&r->input);

    if (!tree && ref_name_is_full_id(r->request->ref)) {
        r->own_ref = (VcsRef){ r->request->ref, VCS_REF_COMMIT };
        return true; /* reading the mapping file tells whether it is there */
    }
    if (ref_name_is_full_id(r->request->ref) && !r->options->any_repository) {
        r->own_ref = (VcsRef){ r->request->ref, VCS_REF_COMMIT };
        if (list_own_tree(r)) {
            return true;
        }
        return resolve_own_ref(r);
    }
    if (!resolve_own_ref(r)) {
        return false;
    }
    if (tree) {
        (void)list_own_tree(r); /* see there */
    }
    return true;
}

/* Reads the nearest file of that name from the root path upwards; its directory in ret_dir. */
static bool read_nearest(Resolver *r, const char *name, Str *ret_bytes, Str *ret_dir, Str *ret_path,
                         LookupReport *report)
{
    for (Str dir = r->input.root;; dir = path_parent(dir)) {
        Str path;
        if (!path_join(r->arena, dir, str_from(name), &path)) {
            r->no_memory = true;
            return false;
        }
        *ret_path = path;
        if (resolver_read_own(r, path, ret_bytes, report)) {
            *ret_dir = dir;
            return true;
        }
        if (report->fault.state != SOURCE_FILE_NOT_FOUND || dir.len == 0) {
            return false;
        }
    }
}

static void warn_config(Resolver *r, Str path, const PyroscopeYaml *config)
{
    for (size_t i = 0; i < config->n_warnings; i++) {
        const ConfigWarning *warning = &config->warnings[i];
        resolver_warn(
            r, "config_invalid",
            warning->line > 0
                ? arena_printf(r->arena, "%.*s:%u:%u: %.*s", STR_ARG(path), warning->line,
                               warning->column, STR_ARG(warning->message))
                : arena_printf(r->arena, "%.*s: %.*s", STR_ARG(path), STR_ARG(warning->message)));
    }
}

/* The file of the caller lies, as it were, at the root path. */
static bool read_config(Resolver *r, Str *ret_bytes, Str *ret_path, LookupReport *report)
{
    if (r->request->config.len == 0) {
        return read_nearest(r, ".pyroscope.yaml", ret_bytes, &r->input.config_dir, ret_path,
                            report);
    }
    *ret_bytes = r->request->config;
    r->input.config_dir = r->input.root;
    return true;
}

static void load_config(Resolver *r)
{
    LookupReport report = { 0 };
    Str bytes = STR_EMPTY;
    Str path = STR(".pyroscope.yaml");
    Err err = ERR_INIT;

    if (!read_config(r, &bytes, &path, &report)) {
        if (report.fault.state == SOURCE_FILE_NOT_FOUND) {
            report.fault.state = SOURCE_CONFIG_ABSENT;
        } else {
            /* a temporary failure must not silently change the answer (3.4, fault f) */
            resolver_failed(r, &report.fault);
            resolver_warn(r, "config_unreadable",
                          "The mapping file could not be read, so its mappings are not applied.");
        }
        resolver_note(r, "config", &r->own, r->ref_shown, path, &report);
        return;
    }
    PyroscopeYaml *config = ARENA_NEW(r->arena, PyroscopeYaml, 1);
    if (config == NULL || !pyroscope_yaml_parse(r->arena, bytes, config, &err)) {
        r->no_memory = true;
        return;
    }
    if (config->n_warnings > 0) {
        warn_config(r, path, config);
        (void)source_fault_set(&report.fault, SOURCE_CONFIG_INVALID, "%.*s",
                               STR_ARG(config->warnings[0].message));
    }
    resolver_note(r, "config", &r->own, r->ref_shown, path, &report);
    r->input.config = config;
}

static void add_own_module(Resolver *r, Str module, Str dir)
{
    RuleInput *in = &r->input;

    for (size_t i = 0; i < in->n_own_modules; i++) {
        if (str_eq(in->own_modules[i].module, module)) {
            return;
        }
    }
    if (module.len > 0 && in->n_own_modules < RULE_MAX_OWN_MODULES) {
        in->own_modules[in->n_own_modules++] = (OwnModule){ module, dir };
    }
}

static void load_go_mod(Resolver *r)
{
    LookupReport report = { 0 };
    Str bytes = STR_EMPTY;
    Str path = STR_EMPTY;
    Err err = ERR_INIT;

    bool ok = read_nearest(r, "go.mod", &bytes, &r->input.go_mod_dir, &path, &report);
    resolver_note(r, "go_mod", &r->own, r->ref_shown, path, &report);
    if (!ok) {
        if (source_state_is_temporary(report.fault.state)) {
            resolver_warn(r, "go_mod_unreadable",
                          "go.mod could not be read, so its replacements are not applied.");
        }
        return;
    }
    GoMod *mod = ARENA_NEW(r->arena, GoMod, 1);
    if (mod != NULL && go_mod_parse(r->arena, bytes, mod, &err)) {
        r->input.go_mod = mod;
        add_own_module(r, mod->module, r->input.go_mod_dir);
    }
}

/* Remembers the module of dir/go.mod, if there is one. */
static void load_workspace_module(Resolver *r, Str dir)
{
    LookupReport report = { 0 };
    Str bytes = STR_EMPTY;
    Str path = STR_EMPTY;
    GoMod mod;
    Err err = ERR_INIT;

    if (!path_join(r->arena, dir, STR("go.mod"), &path) ||
        !resolver_read_own(r, path, &bytes, &report)) {
        return;
    }
    if (go_mod_parse(r->arena, bytes, &mod, &err)) {
        add_own_module(r, mod.module, path_parent(path));
    }
}

/* go.work of the repository root: further own modules, and replacements for all (4.5). */
static void load_go_work(Resolver *r)
{
    LookupReport report = { 0 };
    Str bytes = STR_EMPTY;
    Err err = ERR_INIT;

    if (r->input.tree == NULL || !tree_index_has(r->input.tree, STR("go.work")) ||
        !resolver_read_own(r, STR("go.work"), &bytes, &report)) {
        return; /* without a tree it is not worth a call: few repositories have one */
    }
    resolver_note(r, "go_work", &r->own, r->ref_shown, STR("go.work"), &report);
    GoMod *work = ARENA_NEW(r->arena, GoMod, 1);
    if (work == NULL || !go_mod_parse(r->arena, bytes, work, &err)) {
        return;
    }
    r->input.go_work = work;
    for (size_t i = 0; i < work->n_uses && r->input.n_own_modules < RULE_MAX_OWN_MODULES; i++) {
        load_workspace_module(r, work->uses[i]);
    }
}

/* Only for vendored paths: it tells the module when the vendored tree is not committed. */
static void load_modules_txt(Resolver *r)
{
    LookupReport report = { 0 };
    Str bytes = STR_EMPTY;
    Str dir = STR_EMPTY;
    Str path = STR_EMPTY;
    Err err = ERR_INIT;

    if (!read_nearest(r, "vendor/modules.txt", &bytes, &dir, &path, &report)) {
        return;
    }
    resolver_note(r, "modules_txt", &r->own, r->ref_shown, path, &report);
    GoMod *mod = ARENA_NEW(r->arena, GoMod, 1);
    if (mod != NULL && go_modules_txt_parse(r->arena, bytes, mod, &err)) {
        r->input.modules_txt = mod;
    }
}

void resolver_gather(Resolver *r)
{
    if (!open_own(r)) {
        return; /* dependencies live elsewhere and may still be found */
    }
    r->input.own_readable = true;
    load_config(r);
}

static void load_composer_lock(Resolver *r)
{
    LookupReport report = { 0 };
    Str dir = STR_EMPTY;
    Str path = STR_EMPTY;
    Str bytes = STR_EMPTY;

    if (read_nearest(r, "composer.lock", &bytes, &dir, &path, &report)) {
        r->input.composer_lock = bytes;
    }
    resolver_note(r, "composer_lock", &r->own, r->ref_shown, path, &report);
}

bool resolver_read_page(Resolver *r, bool only_if_needed)
{
    LookupReport report = { 0 };
    bool needed = false;
    Str module = rule_page_module(&r->input, &needed);
    GoPage *page = ARENA_NEW(r->arena, GoPage, 1);

    if (module.len == 0 || r->input.homes.page != NULL || r->lookup->ops->page == NULL ||
        (only_if_needed && !needed)) {
        return false;
    }
    if (page == NULL) {
        r->no_memory = true;
        return false;
    }
    bool ok = r->lookup->ops->page(r->lookup, module, page, &report);
    resolver_note(r, "go_get", NULL, STR_EMPTY, module, &report);
    if (!ok) {
        resolver_failed(r, &report.fault);
        return false;
    }
    r->input.homes.page = page;
    return true;
}

void resolver_gather_modules(Resolver *r)
{
    if (open_own(r)) {
        r->input.own_readable = true;
        load_go_mod(r);
        load_go_work(r);
    }
}

void resolver_gather_for_rules(Resolver *r)
{
    RuleNeeds needs = r->input.own_readable ? rule_needs(&r->input) : (RuleNeeds){ 0 };

    if (needs.go_mod) {
        load_go_mod(r);
        load_go_work(r);
    }
    if (needs.modules_txt) {
        load_modules_txt(r);
    }
    if (needs.composer_lock) {
        load_composer_lock(r);
    }
    (void)resolver_read_page(r, true); /* without it the rule says that a mapping is needed */
}
