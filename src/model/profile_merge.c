/* SPDX-License-Identifier: Apache-2.0 */
#include "model/profile_merge.h"

#include "model/version_json.h"

/* What two mappings must share to be one; addresses differ between processes. */
typedef struct MappingKey {
    uint64_t size; /* rounded up to pages */
    uint64_t file_offset;
    uint32_t identity; /* build id, or file name when there is none */
    uint32_t has_build_id;
} MappingKey;

/* Numbers of one symbol table's things in the merged tables, found when first needed. */
typedef struct Adder {
    ProfileMerge *merge;
    const Symbols *symbols;
    Version version;
    FrameNames names;    /* only for call sites */
    uint32_t *functions; /* [n_functions] */
    uint32_t *mappings;  /* [n_mappings + 1], by SymLocation.mapping */
    uint32_t *locations; /* [n_locations] */
    bool *is_leaf;       /* [n_locations]: its line number is forgotten, wherever it stands */
    VEC(uint32_t) stack;
    VEC(uint32_t) path;
    Buf key;
} Adder;

static Str bytes_of(const void *ptr, size_t n)
{
    return (Str){ ptr, n };
}

bool profile_merge_init(ProfileMerge *merge, const MergeOptions *options, Arena *arena, Err *err)
{
    *merge = (ProfileMerge){ .options = *options, .arena = arena };
    intern_init(&merge->strings, arena);
    intern_init(&merge->functions, arena);
    intern_init(&merge->mapping_keys, arena);
    intern_init(&merge->locations, arena);
    intern_init(&merge->stacks, arena);
    if (intern_add(&merge->strings, STR_EMPTY) != 0) {
        return err_no_memory(err);
    }
    return true;
}

void profile_merge_done(ProfileMerge *merge)
{
    intern_done(&merge->strings);
    intern_done(&merge->functions);
    intern_done(&merge->mapping_keys);
    VEC_DONE(&merge->mappings);
    intern_done(&merge->locations);
    intern_done(&merge->stacks);
    VEC_DONE(&merge->values);
}

static uint32_t *none_of(size_t n)
{
    uint32_t *numbers = malloc(MAX(n, (size_t)1) * sizeof(*numbers));

    if (numbers != NULL) {
        memset(numbers, 0xFF, n * sizeof(*numbers)); /* INTERN_FAILED everywhere */
    }
    return numbers;
}

static uint32_t string_number(Adder *adder, uint32_t string)
{
    return intern_add(&adder->merge->strings, adder->symbols->strings[string]);
}

static uint32_t function_number(Adder *adder, uint32_t at)
{
    if (adder->functions[at] == INTERN_FAILED) {
        const SymFunction *in = &adder->symbols->functions[at];
        SymFunction key = {
            .name = string_number(adder, in->name),
            .system_name = string_number(adder, in->system_name),
            .filename = string_number(adder, in->filename),
            .start_line = in->start_line,
        };
        if (key.name == INTERN_FAILED || key.system_name == INTERN_FAILED ||
            key.filename == INTERN_FAILED) {
            return INTERN_FAILED;
        }
        adder->functions[at] = intern_add(&adder->merge->functions, bytes_of(&key, sizeof(key)));
    }
    return adder->functions[at];
}

/* The build id that the answer shows: the version as JSON when there is one. */
static uint32_t build_id_number(Adder *adder, Str raw)
{
    ProfileMerge *merge = adder->merge;
    Version version;
    Str build_id;

    version_of_mapping(adder->version, raw, merge->arena, &version, &build_id);
    if (version_is_empty(version)) {
        return intern_add(&merge->strings, build_id);
    }
    Buf json = BUF_INIT(MiB(1));
    version_json_add(&json, version, build_id);
    uint32_t number = buf_ok(&json) ? intern_add(&merge->strings, buf_str(&json)) : INTERN_FAILED;
    buf_done(&json);
    return number;
}

static uint32_t mapping_number(Adder *adder, uint32_t at)
{
    ProfileMerge *merge = adder->merge;

    if (adder->mappings[at] != INTERN_FAILED) {
        return adder->mappings[at];
    }
    /* locations without a mapping share an empty one, which carries their version */
    SymMapping mapping = { 0 };
    if (at > 0) {
        mapping = adder->symbols->mappings[at - 1];
    }
    Str raw = at > 0 ? adder->symbols->strings[mapping.build_id] : STR_EMPTY;
    mapping.build_id = build_id_number(adder, raw);
    mapping.filename = at > 0 ? string_number(adder, mapping.filename) : 0;
    if (mapping.build_id == INTERN_FAILED || mapping.filename == INTERN_FAILED) {
        return INTERN_FAILED;
    }
    MappingKey key = {
        .size = (mapping.memory_limit - mapping.memory_start + 4095) & ~(uint64_t)4095,
        .file_offset = mapping.file_offset,
        .identity = mapping.build_id != 0 ? mapping.build_id : mapping.filename,
        .has_build_id = mapping.build_id != 0,
    };
    uint32_t number = intern_add(&merge->mapping_keys, bytes_of(&key, sizeof(key)));
    if (number == merge->mappings.len && !VEC_PUSH(&merge->mappings, (MergedMapping){ mapping })) {
        return INTERN_FAILED;
    }
    adder->mappings[at] = number;
    return number;
}

static uint32_t location_number(Adder *adder, uint32_t at)
{
    uint32_t *known = &adder->locations[at];
    const Symbols *symbols = adder->symbols;
    const SymLocation *in = &symbols->locations[at];

    if (*known != INTERN_FAILED) {
        return *known;
    }
    uint32_t mapping = mapping_number(adder, in->mapping);
    if (mapping == INTERN_FAILED) {
        return INTERN_FAILED;
    }
    MergedLocation key = { .mapping = mapping, .is_folded = in->is_folded, .address = in->address };
    if (in->mapping > 0) { /* the mapping may have been loaded elsewhere in another process */
        key.address += adder->merge->mappings.items[mapping].mapping.memory_start -
                       symbols->mappings[in->mapping - 1].memory_start;
    }
    buf_clear(&adder->key);
    buf_add(&adder->key, bytes_of(&key, sizeof(key)));
    for (uint32_t i = 0; i < in->n_lines; i++) {
        SymLine line = symbols->lines[in->first_line + i];
        line.function = function_number(adder, line.function);
        line.line = adder->is_leaf[at] && i == 0 ? 0 : line.line;
        if (line.function == INTERN_FAILED) {
            return INTERN_FAILED;
        }
        buf_add(&adder->key, bytes_of(&line, sizeof(line)));
    }
    *known = buf_ok(&adder->key) ? intern_add(&adder->merge->locations, buf_str(&adder->key))
                                 : INTERN_FAILED;
    return *known;
}

static bool add_value(ProfileMerge *merge, const uint32_t *stack, size_t n, int64_t value)
{
    uint32_t number = intern_add(&merge->stacks, bytes_of(stack, n * sizeof(*stack)));

    if (number == INTERN_FAILED || (number == merge->values.len && !VEC_PUSH(&merge->values, 0))) {
        return false;
    }
    merge->values.items[number] = sat_add_i64(merge->values.items[number], value);
    return true;
}

/* Whether the stack starts with the call site; *ok turns false when out of memory. */
static bool on_call_site(Adder *adder, uint32_t stack, bool *ok)
{
    const CallSite *call_site = &adder->merge->call_site;

    if (call_site->n == 0) {
        return true;
    }
    size_t n = stack_names(&adder->names, stack, adder->path.items, adder->path.cap);
    if (n > adder->path.cap) {
        *ok = VEC_RESERVE(&adder->path, n);
        if (!*ok) {
            return false;
        }
        n = stack_names(&adder->names, stack, adder->path.items, adder->path.cap);
    }
    return call_site_matches(call_site, adder->path.items, n);
}

static bool add_stack(Adder *adder, uint32_t stack_at, int64_t value)
{
    const MergeOptions *options = &adder->merge->options;
    const SymStack *stack = &adder->symbols->stacks[stack_at];
    const uint32_t *locations = adder->symbols->stack_locations + stack->first_location;
    uint32_t n = stack->n_locations;

    if (options->go_pgo && options->keep_locations > 0) {
        n = MIN(n, options->keep_locations);
    }
    adder->stack.len = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t number = location_number(adder, locations[i]);
        if (number == INTERN_FAILED || !VEC_PUSH(&adder->stack, number)) {
            return false;
        }
    }
    return add_value(adder->merge, adder->stack.items, adder->stack.len, value);
}

static bool adder_init(Adder *adder, ProfileMerge *merge, const Symbols *symbols, Version version)
{
    *adder =
        (Adder){ .merge = merge, .symbols = symbols, .version = version, .key = BUF_INIT(MiB(16)) };
    adder->functions = none_of(symbols->n_functions);
    adder->mappings = none_of((size_t)symbols->n_mappings + 1);
    adder->locations = none_of(symbols->n_locations);
    adder->is_leaf = calloc(MAX(symbols->n_locations, 1U), sizeof(*adder->is_leaf));
    return adder->functions != NULL && adder->mappings != NULL && adder->locations != NULL &&
           adder->is_leaf != NULL && frame_names_init(&adder->names, &merge->strings, symbols);
}

static void adder_done(Adder *adder)
{
    free(adder->functions);
    free(adder->mappings);
    free(adder->locations);
    free(adder->is_leaf);
    frame_names_done(&adder->names);
    VEC_DONE(&adder->stack);
    VEC_DONE(&adder->path);
    buf_done(&adder->key);
}

/* Whether the stack has a part in the answer, apart from its call site. */
static bool counts(const Symbols *symbols, const int64_t *sums, uint32_t stack)
{
    return sums[stack] > 0 && symbols->stacks[stack].n_locations > 0;
}

/* As the reference does: golden case profile-go-pgo. */
static void mark_leaves(Adder *adder, const int64_t *sums)
{
    const Symbols *symbols = adder->symbols;

    for (uint32_t stack = 0; stack < symbols->n_stacks; stack++) {
        if (counts(symbols, sums, stack)) {
            uint32_t first = symbols->stacks[stack].first_location;
            adder->is_leaf[symbols->stack_locations[first]] = true;
        }
    }
}

bool profile_merge_add(ProfileMerge *merge, const Symbols *symbols, Version version,
                       const int64_t *sums, Err *err)
{
    const MergeOptions *options = &merge->options;
    Adder adder;

    if (!options->go_pgo && merge->call_site.n != options->n_call_site &&
        !call_site_init(&merge->call_site, &merge->strings, options->call_site,
                        options->n_call_site, merge->arena, err)) {
        return false;
    }
    bool ok = adder_init(&adder, merge, symbols, version);
    if (ok && options->go_pgo && options->aggregate_callees) {
        mark_leaves(&adder, sums);
    }
    for (uint32_t stack = 0; ok && stack < symbols->n_stacks; stack++) {
        bool wanted = counts(symbols, sums, stack);
        merge->has_samples |= wanted;
        if (wanted && on_call_site(&adder, stack, &ok)) {
            ok = add_stack(&adder, stack, sums[stack]);
        }
    }
    adder_done(&adder);
    return ok || err_set(err, ERR_RESOURCE_EXHAUSTED, "merged profile needs too much memory");
}

const SymLine *merged_location_lines(const ProfileMerge *merge, uint32_t location,
                                     MergedLocation *ret_location, size_t *ret_n)
{
    Str key = merge->locations.items[location];

    memcpy(ret_location, key.ptr, sizeof(*ret_location));
    *ret_n = (key.len - sizeof(*ret_location)) / sizeof(SymLine);
    /* keys are copied to memory that is aligned for any type */
    return (const SymLine *)(const void *)(key.ptr + sizeof(*ret_location));
}

const uint32_t *merged_stack(const ProfileMerge *merge, uint32_t stack, size_t *ret_n)
{
    Str key = merge->stacks.items[stack];

    *ret_n = key.len / sizeof(uint32_t);
    return (const uint32_t *)(const void *)key.ptr;
}
