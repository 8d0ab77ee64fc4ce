/* SPDX-License-Identifier: Apache-2.0 */
#include "source/declarations.h"

/* Work that one search may cost, in places where the name stands: a text is no reason to wait. */
enum {
    MAX_PLACES = 4000,
    MAX_BODY_BYTES = 256 * 1024,
    MAX_LINE_BYTES = 4096, /* longer ones are generated: nobody looks for a declaration there */
};

bool text_lines_create(Arena *arena, Str text, TextLines *ret_lines)
{
    size_t n = 1;

    if (text.len >= UINT32_MAX) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        n += text.ptr[i] == '\n';
    }
    uint32_t *starts = ARENA_NEW(arena, uint32_t, n);
    if (starts == NULL) {
        return false;
    }
    n = 1; /* line 1 begins at 0 */
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\n') {
            starts[n++] = (uint32_t)i + 1;
        }
    }
    n -= text.len == 0 || text.ptr[text.len - 1] == '\n'; /* nothing behind the last line feed */
    *ret_lines = (TextLines){ text, starts, n };
    return true;
}

size_t text_lines_number(const TextLines *lines, size_t offset)
{
    size_t low = 0;
    size_t high = lines->n;

    while (low < high) { /* the first line that begins behind offset */
        size_t middle = low + (high - low) / 2;
        if (lines->starts[middle] <= offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

Str text_lines_at(const TextLines *lines, size_t number)
{
    if (number == 0 || number > lines->n) {
        return STR_EMPTY;
    }
    Str rest = str_skip(lines->text, lines->starts[number - 1]);
    size_t end = str_find_char(rest, '\n');
    return end == STR_NPOS ? rest : str_first(rest, end);
}

static bool is_word_char(char c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c) || c == '_' || c == '$' || (c & 0x80) != 0;
}

/* The word stands at that position of the line. */
static bool is_word_at(Str line, size_t at, size_t len)
{
    return (at == 0 || !is_word_char(line.ptr[at - 1])) &&
           (at + len == line.len || !is_word_char(line.ptr[at + len]));
}

/* The type name in "(c *conn)", "(List[T])", "(p pkg)". */
static Str receiver_type(Str receiver)
{
    size_t bracket = str_find_char(receiver, '[');
    Str inside = str_trim(str_first(receiver, bracket == STR_NPOS ? receiver.len : bracket));
    size_t from = inside.len;

    while (from > 0 && is_word_char(inside.ptr[from - 1])) {
        from--;
    }
    return str_skip(inside, from);
}

/* "func (c *conn) serve(" at the left margin declares serve of conn. */
static bool go_declares(Str line, const FunctionName *name)
{
    Str rest = str_skip(line, 5);
    Str owner = STR_EMPTY;

    if (!str_starts_with(line, STR("func "))) {
        return false;
    }
    if (str_starts_with(rest, STR("("))) {
        size_t close = str_find_char(rest, ')');
        if (close == STR_NPOS) {
            return false;
        }
        owner = receiver_type(str_skip(str_first(rest, close), 1));
        rest = str_trim(str_skip(rest, close + 1));
    }
    return str_starts_with(rest, name->name) &&
           (rest.len == name->name.len || !is_word_char(rest.ptr[name->name.len])) &&
           (name->inner || !name->has_owner || str_eq(owner, name->owner));
}

/* Go's assembly: "TEXT runtime·memmove<ABIInternal>(SB), NOSPLIT, $0-24", "TEXT memeqbody<>(SB)".
 */
static bool go_assembly_declares(Str line, size_t at, size_t len)
{
    static const char dot[] = "\xc2\xb7";
    bool begins = at >= 2 && (memcmp(line.ptr + at - 2, dot, 2) == 0 || line.ptr[at - 1] == ' ');

    return str_starts_with(line, STR("TEXT")) && begins && at + len < line.len &&
           (line.ptr[at + len] == '(' || line.ptr[at + len] == '<');
}

/* The local name in "//go:linkname local function"; "": there is none. */
static Str linked_name(const TextLines *lines, Str function)
{
    static const char directive[] = "//go:linkname ";

    size_t from = 0;

    for (size_t places = 0; function.len > 0 && places < MAX_PLACES; places++) {
        size_t at = str_find(lines->text, function, from);
        if (at == STR_NPOS) {
            break;
        }
        size_t number = text_lines_number(lines, at);
        Str line = str_trim(str_first(text_lines_at(lines, number), MAX_LINE_BYTES));
        Str local;
        Str target;
        if (str_starts_with(line, str_from(directive)) &&
            str_cut(str_skip(line, sizeof(directive) - 1), ' ', &local, &target) &&
            str_eq(str_trim(target), function)) {
            return local;
        }
        /* a directive has its line for itself */
        from = number < lines->n ? lines->starts[number] : lines->text.len;
    }
    return STR_EMPTY;
}

FunctionName declarations_name(const TextLines *lines, RuleLanguage language, Str function)
{
    Str local = language == RULE_GO ? linked_name(lines, function) : STR_EMPTY;

    return local.len > 0 ? (FunctionName){ .name = local, .owner = STR_EMPTY, .has_owner = true }
                         : function_name_parse(language, function);
}

static bool python_declares(Str line, size_t at)
{
    static const char *const words[] = { "def ", "async def ", "class " };
    Str before = str_trim(str_first(line, at));

    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_eq(before, str_trim(str_from(words[i])))) {
            return true;
        }
    }
    return false;
}

/* A use ends with ";" or stands behind "." or "return": what is left may declare. */
static bool javascript_declares(Str line, size_t at, size_t len)
{
    Str before = str_trim(str_first(line, at));
    Str after = str_trim(str_skip(line, at + len));

    if (str_ends_with(before, STR("function")) || str_ends_with(before, STR("function*")) ||
        str_ends_with(before, STR("class"))) {
        return true;
    }
    bool named = str_starts_with(after, STR("=")) || str_starts_with(after, STR(":"));
    bool method = str_starts_with(after, STR("(")) || str_starts_with(after, STR("<"));
    return (named && !str_starts_with(after, STR("=="))) ||
           (method && !str_ends_with(before, STR(".")) && !str_ends_with(before, STR("return")) &&
            !str_ends_with(str_trim(line), STR(";")));
}

static bool declares(Str line, size_t at, RuleLanguage language, const FunctionName *name)
{
    switch (language) {
    case RULE_GO:
        return go_declares(line, name) || go_assembly_declares(line, at, name->name.len);
    case RULE_PYTHON:
        return is_word_at(line, at, name->name.len) && python_declares(line, at);
    case RULE_JAVASCRIPT:
        return is_word_at(line, at, name->name.len) &&
               javascript_declares(line, at, name->name.len);
    case RULE_JAVA:
    case RULE_OTHER:
        break;
    }
    return is_word_at(line, at, name->name.len);
}

/* A body ends at the first "}" at the left margin, as gofmt writes it. */
static size_t body_end(const TextLines *lines, size_t line)
{
    Str text = text_lines_at(lines, line);

    if (str_ends_with(str_trim(text), STR("}")) || str_starts_with(text, STR("TEXT"))) {
        return line; /* "func (a byAge) Len() int { return len(a) }" */
    }
    size_t start = lines->starts[line - 1];
    Str ahead =
        str_first(lines->text, start + MIN((size_t)MAX_BODY_BYTES, lines->text.len - start));
    size_t end = str_find(ahead, STR("\n}"), start);
    return end == STR_NPOS ? lines->n : text_lines_number(lines, end + 1);
}

size_t declarations_find(const TextLines *lines, RuleLanguage language, const FunctionName *name,
                         Declaration *ret_found, size_t max)
{
    size_t n = 0;
    size_t from = 0;

    for (size_t places = 0; n <= max && places < MAX_PLACES; places++) {
        size_t offset = str_find(lines->text, name->name, from);
        if (offset == STR_NPOS) {
            break;
        }
        size_t number = text_lines_number(lines, offset);
        size_t start = lines->starts[number - 1];
        size_t end = number < lines->n ? lines->starts[number] : lines->text.len;
        if (end - start > MAX_LINE_BYTES) {
            from = end;
            continue;
        }
        Str line = text_lines_at(lines, number);
        from = offset + name->name.len;
        if (!declares(line, offset - start, language, name)) {
            /* where the line alone decides, further places in it say the same */
            from = language == RULE_GO && str_starts_with(line, STR("func ")) ? end : from;
            continue;
        }
        if (n < max) {
            ret_found[n] =
                (Declaration){ number, language == RULE_GO ? body_end(lines, number) : number };
        }
        n++;
        from = end; /* one declaration a line */
    }
    return n;
}
