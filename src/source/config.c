/* SPDX-License-Identifier: Apache-2.0 */
#include "source/config.h"

static const char *const type_names[] = {
    [PROVIDER_GITHUB] = "github",   [PROVIDER_GITLAB] = "gitlab",
    [PROVIDER_GITEA] = "gitea",     [PROVIDER_BITBUCKET] = "bitbucket",
    [PROVIDER_LOCAL] = "local",     [PROVIDER_BITBUCKET_SERVER] = "bitbucket-server",
    [PROVIDER_GITILES] = "gitiles",
};

bool provider_type_from(Str name, ProviderType *ret_type)
{
    for (size_t i = 0; i < ARRAY_LEN(type_names); i++) {
        if (str_eq(name, str_from(type_names[i]))) {
            *ret_type = (ProviderType)i;
            return true;
        }
    }
    return false;
}

const char *provider_type_name(ProviderType type)
{
    return type_names[type];
}

void source_config_for_directory(SourceDirectoryConfig *ret_config, Str dir)
{
    *ret_config = (SourceDirectoryConfig){
        .provider = { .name = STR("local"),
                      .type = PROVIDER_LOCAL,
                      .path = dir,
                      .anonymous = true,
                      .answers_any = true },
        .config = { .n_providers = 1, .no_builtin_hosts = true },
    };
    ret_config->config.providers = &ret_config->provider;
}
