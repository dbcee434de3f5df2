#include "spec/yaml_tree.h"

#include <string.h>
#include <yaml.h>

#include "spec/spec_mem.h"

enum {
    MAX_DEPTH = 64,      /* of nesting; a spec needs 5 */
    MAX_WEIGHT = 1000000 /* nodes with aliases expanded */
};

typedef struct anchor {
    const char *name;
    pl_node *node;
} anchor;

typedef struct builder {
    yaml_parser_t parser;
    const pl_source *source;
    kn_arena *arena;
    pl_diags *diags;
    anchor *anchors;
    int anchor_count, anchor_room;
} builder;

static pl_pos at(const builder *b, yaml_mark_t mark)
{
    return (pl_pos){b->source, (int)mark.line + 1, (int)mark.column + 1};
}

/* Position of a tab in the white space that begins the line, 0 where there is none. */
static int tab_column(const pl_source *source, size_t line)
{
    const char *p = source->text, *end = source->text + source->size;
    for (size_t i = 0; i < line && p < end; p++)
        if (*p == '\n')
            i++;
    for (int column = 1; p < end && (*p == ' ' || *p == '\t'); p++, column++)
        if (*p == '\t')
            return column;
    return 0;
}

static void parser_error(builder *b)
{
    const yaml_parser_t *p = &b->parser;
    /* a problem at the end of the text is one of what was left open */
    bool at_end = p->problem_mark.index >= b->source->size && p->context;
    pl_pos pos = at(b, at_end ? p->context_mark : p->problem_mark);
    int tab = tab_column(b->source, p->problem_mark.line);
    if (tab == 0 && p->context_mark.line > 0 && p->context_mark.line < p->problem_mark.line)
        tab = tab_column(b->source, p->context_mark.line);
    if (p->error == YAML_READER_ERROR) {
        pos = (pl_pos){b->source, 0, 0};
        pl_diags_add(b->diags, pos, NULL, NULL, "this is not YAML text: %s at byte %zu", p->problem,
                     p->problem_offset);
    } else if (tab > 0 && p->error == YAML_SCANNER_ERROR) {
        pos.column = tab;
        pl_diags_add(b->diags, pos, NULL, NULL,
                     "a tab in the indentation; YAML is indented with spaces");
    } else {
        pl_diags_add(b->diags, pos, NULL, NULL, "this is not YAML: %s%s%s",
                     p->problem ? p->problem : "out of memory", p->context ? " " : "",
                     p->context ? p->context : "");
    }
}

static bool next(builder *b, yaml_event_t *event)
{
    if (yaml_parser_parse(&b->parser, event))
        return true;
    parser_error(b);
    return false;
}

static void remember(builder *b, const yaml_char_t *name, pl_node *node)
{
    if (!name || !node)
        return;
    b->anchors =
        pl_spec_grow(b->arena, b->anchors, b->anchor_count, &b->anchor_room, sizeof *b->anchors);
    b->anchors[b->anchor_count++] = (anchor){pl_spec_strdup(b->arena, (const char *)name), node};
}

/* A later anchor of the same name wins, as YAML says. */
static pl_node *find_anchor(const builder *b, const char *name)
{
    for (int i = b->anchor_count - 1; i >= 0; i--)
        if (strcmp(b->anchors[i].name, name) == 0)
            return b->anchors[i].node;
    return NULL;
}

static pl_node *new_node(builder *b, pl_node_kind kind, yaml_mark_t mark)
{
    pl_node *node = pl_spec_alloc(b->arena, 1, sizeof *node);
    node->kind = kind;
    node->pos = at(b, mark);
    node->weight = 1;
    return node;
}

static bool add_weight(builder *b, pl_node *parent, const pl_node *child)
{
    parent->weight += child->weight;
    if (parent->weight <= MAX_WEIGHT)
        return true;
    pl_diags_add(b->diags, child->pos, NULL, NULL, "aliases here expand to more than %d values",
                 MAX_WEIGHT);
    return false;
}

static pl_node *build(builder *b, yaml_event_t *event, int depth, const char *path);

static pl_node *build_list(builder *b, yaml_mark_t mark, int depth, const char *path)
{
    pl_node *list = new_node(b, PL_NODE_LIST, mark);
    for (int room = 0;;) {
        yaml_event_t event;
        if (!next(b, &event))
            return NULL;
        if (event.type == YAML_SEQUENCE_END_EVENT) {
            yaml_event_delete(&event);
            return list;
        }
        pl_node *item =
            build(b, &event, depth, pl_spec_textf(b->arena, "%s[%d]", path, list->count));
        if (!item || !add_weight(b, list, item))
            return NULL;
        list->item = pl_spec_grow(b->arena, list->item, list->count, &room, sizeof *list->item);
        list->item[list->count++] = item;
    }
}

static const pl_map_entry *find_entry(const pl_node *map, const char *key)
{
    for (int i = 0; i < map->count; i++)
        if (strcmp(map->entry[i].key, key) == 0)
            return &map->entry[i];
    return NULL;
}

/* `<<: *a` or `<<: [*a, *b]`: entries that the map itself does not state; earlier maps win. */
static bool merge(builder *b, pl_node *map, int *room, const pl_node *from)
{
    if (from->kind == PL_NODE_LIST) {
        for (int i = 0; i < from->count; i++)
            if (from->item[i]->kind == PL_NODE_LIST || !merge(b, map, room, from->item[i]))
                return false;
        return true;
    }
    if (from->kind != PL_NODE_MAP)
        return false;
    for (int i = 0; i < from->count; i++) {
        if (find_entry(map, from->entry[i].key))
            continue;
        map->entry = pl_spec_grow(b->arena, map->entry, map->count, room, sizeof *map->entry);
        map->entry[map->count++] = from->entry[i];
    }
    return true;
}

static bool build_entry(builder *b, pl_node *map, yaml_event_t *event, int depth, const char *path,
                        int *room, pl_node **merged)
{
    pl_pos pos = at(b, event->start_mark);
    if (event->type != YAML_SCALAR_EVENT) {
        pl_diags_add(b->diags, pos, NULL, NULL, "a key must be a word, not a list, map or alias");
        yaml_event_delete(event);
        return false;
    }
    const char *key = pl_spec_strdup(b->arena, (const char *)event->data.scalar.value);
    bool is_merge = strcmp(key, "<<") == 0 && event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    yaml_event_delete(event);
    const char *full = pl_spec_textf(b->arena, "%s%s%s", path, *path ? "." : "", key);
    yaml_event_t value_event;
    if (!next(b, &value_event))
        return false;
    pl_node *value = build(b, &value_event, depth, full);
    if (!value || !add_weight(b, map, value))
        return false;
    const pl_map_entry *before = is_merge ? NULL : find_entry(map, key);
    if (before) {
        pl_diags_add(b->diags, pos, full, NULL, "this key is already on line %d", before->pos.line);
        return true;
    }
    if (is_merge) {
        if (*merged)
            pl_diags_add(b->diags, pos, full, NULL, "a second merge key; give a list of aliases");
        *merged = value;
        return true;
    }
    map->entry = pl_spec_grow(b->arena, map->entry, map->count, room, sizeof *map->entry);
    map->entry[map->count++] = (pl_map_entry){key, pos, value};
    return true;
}

static pl_node *build_map(builder *b, yaml_mark_t mark, int depth, const char *path)
{
    pl_node *map = new_node(b, PL_NODE_MAP, mark), *merged = NULL;
    for (int room = 0;;) {
        yaml_event_t event;
        if (!next(b, &event))
            return NULL;
        if (event.type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&event);
            if (merged && !merge(b, map, &room, merged))
                pl_diags_add(b->diags, merged->pos, NULL, NULL,
                             "a merge key (<<) needs a map or a list of maps");
            return map;
        }
        if (!build_entry(b, map, &event, depth, path, &room, &merged))
            return NULL;
    }
}

static pl_node *build_alias(builder *b, const yaml_event_t *event)
{
    const char *name = (const char *)event->data.alias.anchor;
    pl_node *node = find_anchor(b, name);
    if (!node)
        pl_diags_add(b->diags, at(b, event->start_mark), NULL, NULL,
                     "*%s names no anchor that stands before it", name);
    return node;
}

/* Takes the event. */
static pl_node *build(builder *b, yaml_event_t *event, int depth, const char *path)
{
    pl_node *node = NULL;
    if (depth >= MAX_DEPTH) {
        pl_diags_add(b->diags, at(b, event->start_mark), NULL, NULL,
                     "nested more than %d levels deep", MAX_DEPTH);
    } else if (event->type == YAML_ALIAS_EVENT) {
        node = build_alias(b, event);
    } else if (event->type == YAML_SCALAR_EVENT) {
        node = new_node(b, PL_NODE_SCALAR, event->start_mark);
        node->text = pl_spec_strndup(b->arena, (const char *)event->data.scalar.value,
                                     event->data.scalar.length);
        node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        remember(b, event->data.scalar.anchor, node);
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        node = build_list(b, event->start_mark, depth + 1, path);
        remember(b, event->data.sequence_start.anchor, node);
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        node = build_map(b, event->start_mark, depth + 1, path);
        remember(b, event->data.mapping_start.anchor, node);
    }
    yaml_event_delete(event);
    return node;
}

/* Events: stream start, document start, the tree, document end, then the stream's end or a second
 * document. */
static pl_node *build_document(builder *b)
{
    yaml_event_t event;
    pl_node *root = NULL;
    for (;;) {
        if (!next(b, &event))
            return NULL;
        yaml_event_type_t type = event.type;
        if (type == YAML_STREAM_START_EVENT || type == YAML_DOCUMENT_END_EVENT) {
            yaml_event_delete(&event);
        } else if (type == YAML_DOCUMENT_START_EVENT && !root) {
            yaml_event_delete(&event);
            if (!next(b, &event) || !(root = build(b, &event, 0, "")))
                return NULL;
        } else {
            if (type == YAML_DOCUMENT_START_EVENT)
                pl_diags_add(b->diags, at(b, event.start_mark), NULL, NULL,
                             "a second document starts here; a spec is one document");
            yaml_event_delete(&event);
            return root;
        }
    }
}

pl_node *pl_yaml_parse(const pl_source *source, kn_arena *arena, pl_diags *diags)
{
    builder b = {.source = source, .arena = arena, .diags = diags};
    if (memchr(source->text, '\0', source->size)) {
        pl_diags_add(diags, (pl_pos){source, 0, 0}, NULL, NULL,
                     "this is not YAML text: it holds a zero byte");
        return NULL;
    }
    if (!yaml_parser_initialize(&b.parser)) {
        pl_diags_add(diags, (pl_pos){source, 0, 0}, NULL, NULL, "out of memory");
        return NULL;
    }
    yaml_parser_set_input_string(&b.parser, (const unsigned char *)source->text, source->size);
    pl_node *root = build_document(&b);
    yaml_parser_delete(&b.parser);
    return root;
}

pl_node *pl_node_get(const pl_node *map, const char *key)
{
    const pl_map_entry *entry = map->kind == PL_NODE_MAP ? find_entry(map, key) : NULL;
    return entry ? entry->value : NULL;
}

bool pl_node_is_null(const pl_node *node)
{
    if (node->kind != PL_NODE_SCALAR || !node->plain)
        return false;
    const char *t = node->text;
    return *t == '\0' || strcmp(t, "~") == 0 || strcmp(t, "null") == 0 || strcmp(t, "Null") == 0 ||
           strcmp(t, "NULL") == 0;
}

const char *pl_node_describe(const pl_node *node, kn_arena *arena)
{
    if (node->kind == PL_NODE_LIST)
        return "a list";
    if (node->kind == PL_NODE_MAP)
        return "a map";
    if (pl_node_is_null(node))
        return "nothing";
    return pl_spec_textf(arena, "%s\"%.60s\"", node->plain ? "" : "the text ", node->text);
}
