/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/file.h"
#include "cli/cli.h"
#include "codec/gzip.h"
#include "codec/pb/wire.h"
#include "codec/pprof.h"
#include "ingest/spy_repair.h"
#include "model/labels.h"
#include "net/http_client.h"

#define PUSH_MAX_BYTES MiB(256)

enum {
    PUSH_MAX_LABELS = 60,
    PUSH_TIMEOUT_S = 60,
};

typedef struct Options {
    const char *path;
    Str server;
    Str tenant;
    Label labels[PUSH_MAX_LABELS + 2];
    size_t n_labels;
    bool has_service;
    bool has_name;
    bool now;
    bool help;
} Options;

static void print_help(void)
{
    (void)puts("usage: flameline push FILE --service NAME [--label KEY=VALUE ...] [--now]\n\n"
               "Sends a pprof file, gzip or raw, to a server.\n\n"
               "  --service NAME    value of the label service_name (required)\n"
               "  --label K=V       one more label; service_repository, service_git_ref and\n"
               "                    service_root_path lead to the sources\n"
               "  --now             give the profile the present time: servers refuse old ones\n"
               "  --server URL      default http://127.0.0.1:4040\n"
               "  --tenant ID       value of X-Scope-OrgID");
}

static bool add_label(Options *options, Str name, Str value, Err *err)
{
    if (options->n_labels == PUSH_MAX_LABELS) {
        return err_set(err, ERR_INVALID_ARGUMENT, "more than %d labels", PUSH_MAX_LABELS);
    }
    options->has_service |= str_eq(name, LABEL_SERVICE_NAME);
    options->has_name |= str_eq(name, LABEL_NAME);
    options->labels[options->n_labels++] = (Label){ name, value };
    return true;
}

static bool read_option(CliArgs *args, CliArg *arg, Options *options, Err *err)
{
    Str name;
    Str value;

    if (str_eq(arg->name, STR("help")) || str_eq(arg->name, STR("h"))) {
        options->help = true;
        return true;
    }
    if (str_eq(arg->name, STR("now"))) {
        options->now = true;
        return true;
    }
    if (!cli_option_value(args, arg, err)) {
        return false;
    }
    if (str_eq(arg->name, STR("service"))) {
        return add_label(options, LABEL_SERVICE_NAME, arg->value, err);
    }
    if (str_eq(arg->name, STR("label"))) {
        return str_cut(arg->value, '=', &name, &value)
                   ? add_label(options, name, value, err)
                   : err_set(err, ERR_INVALID_ARGUMENT, "--label needs KEY=VALUE");
    }
    if (str_eq(arg->name, STR("server"))) {
        options->server = arg->value;
    } else if (str_eq(arg->name, STR("tenant"))) {
        options->tenant = arg->value;
    } else {
        return err_set(err, ERR_INVALID_ARGUMENT, "unknown option --%.*s", STR_ARG(arg->name));
    }
    return true;
}

static bool read_options(CliArgs *args, Options *options, Err *err)
{
    CliArg arg;

    *options = (Options){ .server = STR("http://127.0.0.1:4040") };
    while (cli_next(args, &arg) != CLI_ARG_END) {
        if (arg.kind == CLI_ARG_OPTION) {
            if (!read_option(args, &arg, options, err)) {
                return false;
            }
        } else if (options->path != NULL) {
            return err_set(err, ERR_INVALID_ARGUMENT, "more than one file was named");
        } else {
            options->path = arg.value.ptr;
        }
    }
    if (options->help) {
        return true;
    }
    if (options->path == NULL) {
        return err_set(err, ERR_INVALID_ARGUMENT, "the name of a pprof file is missing");
    }
    return options->has_service || err_set(err, ERR_INVALID_ARGUMENT, "--service is missing");
}

/* The profile without gzip; with a time field appended when asked (the last one counts). */
static bool read_profile(const Options *options, Buf *raw, Err *err)
{
    Buf file = BUF_INIT(PUSH_MAX_BYTES);
    bool ok = file_read(options->path, &file, err);

    if (ok && gzip_has_magic(buf_str(&file))) {
        ok = gzip_inflate(buf_str(&file), PUSH_MAX_BYTES, raw, err) ||
             err_wrap(err, "%s", options->path);
    } else if (ok) {
        buf_add(raw, buf_str(&file));
    }
    if (ok && options->now) {
        pb_add_i64_field(raw, 9, clock_unix_ns()); /* pprof: time_nanos */
    }
    buf_done(&file);
    return ok;
}

/* Checks the file here, where the message can name it, and finds the metric name in it. */
static bool inspect(Options *options, Str raw, Err *err)
{
    Pprof profile = { 0 };
    bool ok = pprof_decode(raw, &profile, err);

    if (ok && profile.sample_types.len == 0) {
        ok = err_set(err, ERR_INVALID_ARGUMENT, "it has no sample types");
    }
    if (ok && profile.samples.len == 0) {
        pprof_done(&profile);
        return err_set(err, ERR_INVALID_ARGUMENT, "%s has no samples, there is nothing to send",
                       options->path);
    }
    if (ok && !options->has_name) {
        Str metric = spy_metric_name(&profile, NULL);
        options->labels[options->n_labels++] = (Label){ LABEL_NAME, metric };
    }
    pprof_done(&profile);
    return ok || err_wrap(err, "%s is no pprof profile", options->path);
}

/* push.v1.PushRequest, see api/push/v1/push.proto. */
static bool make_request(const Options *options, Str raw, Buf *request, Err *err)
{
    Buf packed = BUF_INIT(PUSH_MAX_BYTES);
    Buf series = BUF_INIT(PUSH_MAX_BYTES);
    Buf part = BUF_INIT(PUSH_MAX_BYTES);
    bool ok = gzip_deflate(raw, 6, &packed, err);

    for (size_t i = 0; ok && i < options->n_labels; i++) {
        buf_clear(&part);
        pb_add_bytes_field(&part, 1, options->labels[i].name);
        pb_add_bytes_field(&part, 2, options->labels[i].value);
        pb_add_message_field(&series, 1, buf_str(&part));
    }
    buf_clear(&part);
    pb_add_bytes_field(&part, 1, buf_str(&packed));
    pb_add_message_field(&series, 2, buf_str(&part));
    pb_add_message_field(request, 1, buf_str(&series));
    ok = ok && ((buf_ok(&part) && buf_ok(&series) && buf_ok(request)) || err_no_memory(err));
    buf_done(&packed);
    buf_done(&series);
    buf_done(&part);
    return ok;
}

static bool send_request(const Options *options, Str body, Err *err)
{
    Buf url = BUF_INIT(KiB(8));
    Buf tenant = BUF_INIT(KiB(1));
    HttpClientOptions client_options = { .user_agent = "flameline-push" };
    HttpClient *client = http_client_create(&client_options, err);
    HttpReply reply = { 0 };
    Str headers[2] = { STR("Content-Type: application/proto") };

    buf_add(&url, str_trim_char(options->server, '/'));
    buf_add(&url, STR("/push.v1.PusherService/Push"));
    buf_add(&tenant, STR("X-Scope-OrgID: "));
    buf_add(&tenant, options->tenant);
    headers[1] = buf_str(&tenant);
    HttpCall call = { .method = STR("POST"),
                      .url = buf_str(&url),
                      .headers = headers,
                      .n_headers = options->tenant.len > 0 ? 2 : 1,
                      .body = body,
                      .deadline_ns = clock_steady_ns() + PUSH_TIMEOUT_S * NS_PER_S };
    bool ok = client != NULL && (http_client_fetch(client, &call, &reply, err) ||
                                 err_wrap(err, "--server %.*s", STR_ARG(options->server)));
    if (ok && reply.status != 200) {
        ok = err_set(err, ERR_INTERNAL, "%.*s answered %d: %.*s", STR_ARG(options->server),
                     reply.status, STR_ARG(str_trim(str_first(buf_str(&reply.body), 600))));
    }
    http_reply_done(&reply);
    http_client_destroy(client);
    buf_done(&url);
    buf_done(&tenant);
    return ok;
}

static bool run(Options *options, Err *err)
{
    Buf raw = BUF_INIT(PUSH_MAX_BYTES);
    Buf request = BUF_INIT(PUSH_MAX_BYTES);
    bool ok = read_profile(options, &raw, err) && inspect(options, buf_str(&raw), err) &&
              make_request(options, buf_str(&raw), &request, err) &&
              send_request(options, buf_str(&request), err);

    buf_done(&raw);
    buf_done(&request);
    return ok;
}

int cmd_push(CliArgs *args)
{
    Options options;
    Err err = ERR_INIT;

    if (!read_options(args, &options, &err)) {
        return cli_usage_error("push", "%s", err.msg);
    }
    if (options.help) {
        print_help();
        return CLI_OK;
    }
    if (!run(&options, &err)) {
        return cli_fail(&err);
    }
    (void)printf("sent %s to %.*s\n", options.path, STR_ARG(options.server));
    return CLI_OK;
}
