/* SPDX-License-Identifier: Apache-2.0 */
#include "source/question.h"

#include "base/clock.h"
#include "source/ref_name.h"

#define BRANCH_LIFE_NS (60 * NS_PER_S)
#define TAG_LIFE_NS (600 * NS_PER_S)
#define TAGS_LIFE_NS (3600 * NS_PER_S) /* releases appear, but seldom */
#define ABSENT_AT_COMMIT_LIFE_NS (3600 * NS_PER_S)

Str question_key(const Question *q, Arena *arena, bool private_part)
{
    /* '\n' cannot occur in any part: control characters were refused */
    const char *key = arena_printf(
        arena, "%s\n%.*s\n%.*s\n%.*s\n%.*s\n%.*s", source_operation_name(q->op),
        STR_ARG(q->provider->name), STR_ARG(q->repo), STR_ARG(q->at), STR_ARG(q->path),
        private_part ? (int)q->credential.len : 0, private_part ? q->credential.ptr : "");

    return key != NULL ? str_from(key) : (Str){ NULL, 0 };
}

/* Only a "not found" of the host is kept, and only for the credentials that were told (section 9).
 */
static int64_t absent_life(const Question *q, const SourceFault *fault)
{
    if (fault->state == SOURCE_FILE_NOT_FOUND || fault->state == SOURCE_REF_NOT_FOUND) {
        return ref_name_is_full_id(q->at) ? ABSENT_AT_COMMIT_LIFE_NS : BRANCH_LIFE_NS;
    }
    /* a private repository looks missing: without this, every function that an anonymous visitor
     * opens would cost one of the host's few anonymous calls */
    return fault->status == 404 ? BRANCH_LIFE_NS : 0;
}

int64_t question_life_ns(const Question *q, const CacheValue *value)
{
    bool at_commit = ref_name_is_full_id(q->at);

    if (q->op == SOURCE_OP_ACCESS) {
        return value->fault.state == SOURCE_OK ? ACCESS_LIFE_NS : 0;
    }
    if (q->provider->is_local) {
        /* a checkout moves under us, but what a commit holds does not */
        return value->fault.state == SOURCE_OK && at_commit && q->op != SOURCE_OP_REF
                   ? CACHE_FOREVER
                   : 0;
    }
    if (q->op == SOURCE_OP_TAGS) {
        return value->fault.state == SOURCE_OK ? TAGS_LIFE_NS : 0;
    }
    if (value->fault.state != SOURCE_OK) {
        return absent_life(q, &value->fault);
    }
    if (at_commit) {
        return CACHE_FOREVER;
    }
    return ref_name_is_version_tag(q->at) ? TAG_LIFE_NS : BRANCH_LIFE_NS;
}

/* Kept as lines "name commit", since a cache value holds one text. */
static bool ask_tags(const Question *q, const VcsCall *call, CacheValue *value)
{
    Buf text = BUF_INIT(MiB(1));
    VcsTag *tags = NULL;
    size_t n = 0;

    if (q->provider->ops->list_tags == NULL) {
        return source_fault_set(&value->fault, SOURCE_FILE_NOT_FOUND,
                                "the releases cannot be listed at this host");
    }
    if (!q->provider->ops->list_tags(q->provider, call, value->arena, q->repo, q->at, &tags, &n,
                                     &value->fault)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        buf_addf(&text, "%.*s %.*s\n", STR_ARG(tags[i].name), STR_ARG(tags[i].commit));
    }
    value->bytes = buf_ok(&text) ? arena_str(value->arena, buf_str(&text)) : (Str){ NULL, 0 };
    buf_done(&text);
    return value->bytes.ptr != NULL || source_fault_no_memory(&value->fault);
}

static bool ask_before(const Question *q, const VcsCall *call, CacheValue *value)
{
    int64_t unix_s;

    value->ref.kind = VCS_REF_MOVABLE;
    if (q->provider->ops->commit_before == NULL || !str_to_i64(q->at, &unix_s)) {
        return source_fault_set(&value->fault, SOURCE_REF_NOT_FOUND,
                                "this host does not tell which commit was the newest one then");
    }
    return q->provider->ops->commit_before(q->provider, call, value->arena, q->repo, unix_s,
                                           &value->ref.commit, &value->fault);
}

bool question_ask(const Question *q, const VcsCall *call, size_t max_file_bytes, CacheValue *value)
{
    const ProviderOps *ops = q->provider->ops;
    Buf bytes = BUF_INIT(max_file_bytes);
    bool ok = false;

    switch (q->op) {
    case SOURCE_OP_REF:
        return ops->resolve_ref(q->provider, call, value->arena, q->repo, q->at, &value->ref,
                                &value->fault);
    case SOURCE_OP_FILE:
        ok = ops->read_file(q->provider, call, value->arena, q->repo, q->at, q->path, &bytes,
                            &value->fault);
        if (ok) {
            value->bytes = arena_str(value->arena, buf_str(&bytes));
            ok = value->bytes.ptr != NULL || source_fault_no_memory(&value->fault);
        }
        buf_done(&bytes);
        return ok;
    case SOURCE_OP_TREE:
        return ops->list_tree(q->provider, call, value->arena, q->repo, q->at, &value->tree,
                              &value->fault);
    case SOURCE_OP_COMMIT:
        return ops->read_commit(q->provider, call, value->arena, q->repo, q->at, &value->commit,
                                &value->fault);
    case SOURCE_OP_TAGS:
        return ask_tags(q, call, value);
    case SOURCE_OP_BEFORE:
        return ask_before(q, call, value);
    case SOURCE_OP_ACCESS:
        /* who may see a project may not always see its code, so code is what is asked for */
        return ops->resolve_ref(q->provider, call, value->arena, q->repo, STR_EMPTY, &value->ref,
                                &value->fault);
    case SOURCE_N_OPS:
        break;
    }
    return ok;
}
