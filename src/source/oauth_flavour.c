/* SPDX-License-Identifier: Apache-2.0 */
#include "source/oauth_flavour.h"

static const OauthFlavour flavours[] = {
    /* GitHub Apps ignore the scope; OAuth apps have none that reads private repositories only */
    [PROVIDER_GITHUB] = { .web_url = "https://github.com",
                          .authorize_path = "/login/oauth/authorize",
                          .token_path = "/login/oauth/access_token",
                          .user_url = "%api/user",
                          .public_api = "https://api.github.com",
                          .api_suffix = "/api/v3",
                          .revoke_suffix = "/settings/connections/applications/%id",
                          .scope = "repo",
                          .names = { "login" },
                          .pkce = true,
                          .needs_secret = true },
    /* read_repository covers files only, not commits and trees; read_api includes the own user */
    [PROVIDER_GITLAB] = { .web_url = "https://gitlab.com",
                          .authorize_path = "/oauth/authorize",
                          .token_path = "/oauth/token",
                          .user_url = "%api/user",
                          .api_suffix = "/api/v4",
                          .revoke_suffix = "/-/user_settings/applications",
                          .scope = "read_api",
                          .names = { "username" },
                          .pkce = true },
    [PROVIDER_GITEA] = { .web_url = "",
                         .authorize_path = "/login/oauth/authorize",
                         .token_path = "/login/oauth/access_token",
                         .user_url = "%api/user",
                         .api_suffix = "/api/v1",
                         .revoke_suffix = "/user/settings/applications",
                         .scope = "read:repository read:user",
                         .names = { "login", "username" },
                         .pkce = true },
    [PROVIDER_BITBUCKET] = { .web_url = "https://bitbucket.org",
                             .authorize_path = "/site/oauth2/authorize",
                             .token_path = "/site/oauth2/access_token",
                             .user_url = "%api/user",
                             .public_api = "https://api.bitbucket.org/2.0",
                             .api_suffix = "/2.0",
                             .revoke_suffix = "/account/settings/app-authorizations/",
                             .scope = "repository account",
                             .names = { "username", "nickname", "display_name" },
                             .basic = true,
                             .needs_secret = true },
    /* Data Center has no REST call for the own user; the servlet answers the bare name */
    [PROVIDER_BITBUCKET_SERVER] = { .web_url = "",
                                    .authorize_path = "/rest/oauth2/latest/authorize",
                                    .token_path = "/rest/oauth2/latest/token",
                                    .user_url = "%web/plugins/servlet/applinks/whoami",
                                    .api_suffix = "/rest/api/latest",
                                    .revoke_suffix = "",
                                    .scope = "REPO_READ",
                                    .pkce = true,
                                    .needs_secret = true,
                                    .plain_user = true },
};

const OauthFlavour *oauth_flavour(ProviderType type)
{
    return type < ARRAY_LEN(flavours) && flavours[type].token_path != NULL ? &flavours[type] : NULL;
}
