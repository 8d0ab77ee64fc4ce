/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as go.mod, vendor/modules.txt, recorded path and function name. */
#include "source/go_mod.h"
#include "source/go_module.h"
#include "source/go_std.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_path(Arena *arena, Str line)
{
    GoModulePath path;
    GoModuleHome homes[GO_MODULE_MAX_HOMES];
    const GoForge forge = { .host = STR("git.example"), .nested = true };
    const GoHomeHints hints = { &forge, 1, NULL };
    GoStdPath std;
    bool needs_page;
    Str refs[GO_MODULE_MAX_REFS];

    if (go_module_path_parse(arena, line, &path)) {
        CHECK(path.module.len > 0 && path.file.len > 0);
        size_t n = go_module_homes(arena, path.module, &hints, homes, &needs_page);
        for (size_t i = 0; i < n; i++) {
            CHECK(go_module_refs(arena, &homes[i], path.version, refs) > 0);
            CHECK(homes[i].repo.path.len > 0);
        }
    }
    if (go_std_from_goroot(line, &std)) {
        CHECK(std.path.len > 0);
    }
    (void)go_function_import_path(arena, line); /* must not crash */
    (void)go_function_bare_name(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(arena_destroyp) Arena *arena = arena_create(MiB(64));
    Str text = { (const char *)data, size };
    Str rest = size > 0 ? text : STR_EMPTY;
    Str line;
    GoMod mod;
    Err err = ERR_INIT;

    if (go_mod_parse(arena, text, &mod, &err)) {
        for (size_t i = 0; i < mod.n_replaces; i++) {
            CHECK(go_mod_replacement(&mod, mod.replaces[i].module, mod.replaces[i].version) !=
                  NULL);
            (void)go_replace_is_directory(&mod.replaces[i]); /* must not crash */
        }
        (void)go_mod_module_of(&mod, STR("github.com/a/b/c")); /* must not crash */
    }
    if (go_modules_txt_parse(arena, text, &mod, &err)) {
        (void)go_mod_required(&mod, STR("github.com/a/b")); /* must not crash */
    }
    for (int n = 0; n < 64 && str_next(&rest, '\n', &line); n++) {
        try_path(arena, line);
    }
    return 0;
}
