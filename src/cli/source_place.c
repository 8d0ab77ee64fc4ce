/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/source_place.h"

#include "base/file.h"
#include "source/pyroscope_yaml.h"

const char source_place_help[] =
    "Where the sources are:\n"
    "  --repo DIR            checkout, bare repository or plain directory; no network is used\n"
    "  --repository ADDRESS  repository at its git host, as in the label service_repository\n"
    "  --ref REF             commit, tag or branch (default: HEAD)\n"
    "  --root-path DIR       directory of the service in its repository\n"
    "  --config FILE         this mapping file in place of the repository's .pyroscope.yaml\n"
    "  --mirrors DIR         repositories of github.com on disk: DIR/owner/repo.git\n"
    "  --online              also ask github.com when --repo is given\n"
    "  --token-file FILE     token for github.com; public repositories need none\n"
    "                        (or in GITHUB_TOKEN or PROFILECLI_GITHUB_TOKEN)";

bool source_place_option(CliArgs *args, CliArg *arg, SourcePlace *place, bool *ret_taken, Err *err)
{
    struct {
        const char *name;
        Str *value;
    } options[] = {
        { "repo", &place->repo },
        { "repository", &place->repository },
        { "ref", &place->ref },
        { "root-path", &place->root },
        { "mirrors", &place->mirrors },
        { "token-file", &place->token_file },
        { "config", &place->config },
        { "local", &place->repo },
        { "github-token", &place->credential.token },
    };

    *ret_taken = true;
    if (str_eq(arg->name, STR("online"))) {
        place->online = true;
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(options); i++) {
        if (str_eq(arg->name, str_from(options[i].name))) {
            if (!cli_option_value(args, arg, err)) {
                return false;
            }
            *options[i].value = arg->value;
            return true;
        }
    }
    *ret_taken = false;
    return true;
}

static bool read_config(SourcePlace *place, Arena *arena, Err *err)
{
    Buf text = BUF_INIT(PYROSCOPE_YAML_MAX_BYTES);

    if (place->config.len == 0) {
        return true;
    }
    bool ok = file_read(place->config.ptr, &text, err);
    if (ok) {
        place->config_text = arena_str(arena, buf_str(&text));
        ok = place->config_text.ptr != NULL || err_no_memory(err);
    }
    buf_done(&text);
    return ok;
}

/* A token on the command line would show in the list of processes. */
static void read_token(SourcePlace *place)
{
    static const char *const names[] = { "PROFILECLI_GITHUB_TOKEN", "GITHUB_TOKEN" };

    place->credential.provider = STR("github.com");
    for (size_t i = 0; i < ARRAY_LEN(names) && place->credential.token.len == 0; i++) {
        place->credential.token = str_trim(str_from(getenv(names[i])));
    }
}

SourceCaller source_place_caller(SourcePlace *place)
{
    return (SourceCaller){ .tenant = STR("anonymous"),
                           .credentials = &place->credential,
                           .n_credentials = place->credential.token.len > 0 ? 1 : 0 };
}

Source *source_place_open(SourcePlace *place, Arena *arena, Err *err)
{
    bool online = place->online || place->repo.len == 0;
    ProviderConfig providers[2];
    SourceConfig config = { .providers = providers, .no_builtin_hosts = !online };

    if (!read_config(place, arena, err)) {
        return NULL;
    }
    read_token(place);
    if (place->repo.len > 0) {
        providers[config.n_providers++] = (ProviderConfig){ .name = STR("directory"),
                                                            .type = PROVIDER_LOCAL,
                                                            .path = place->repo,
                                                            .answers_any = true };
    }
    if (place->mirrors.len > 0) {
        providers[config.n_providers++] = (ProviderConfig){ .name = STR("github.com"),
                                                            .type = PROVIDER_LOCAL,
                                                            .path = place->mirrors };
    } else if (online) {
        providers[config.n_providers++] = (ProviderConfig){ .name = STR("github.com"),
                                                            .type = PROVIDER_GITHUB,
                                                            .token_file = place->token_file,
                                                            .anonymous = true };
        config.github_api_url = str_from(getenv("GITHUB_API_URL"));
        config.github_server_url = str_from(getenv("GITHUB_SERVER_URL"));
    }
    return source_create(&config, err);
}

SourceRequest source_place_request(const SourcePlace *place)
{
    return (SourceRequest){
        /* --repo stands for whatever repository the profile came from */
        .repository = place->repository.len > 0 ? place->repository
                      : place->repo.len > 0     ? STR("file://local/repository")
                                                : STR_EMPTY,
        .ref = place->ref,
        .root = place->root,
        .config = place->config_text,
    };
}
