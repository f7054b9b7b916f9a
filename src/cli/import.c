/* `palabre import --polis DIR --as ID`: a Polis export (comments.csv, votes.csv) to a session.
 *
 * For each person and statement only the last answer by time is cast, at its time; a last pass is nothing.
 * Statements become ideas; the rejected ones are hidden once the votes are in, so that their ballots are
 * parked. */
#include "base/map.h"
#include "base/memory.h"
#include "cli/cli.h"
#include "cli/context.h"
#include "cli/csv.h"
#include "cli/recording_import.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define IMPORT_AT_ONCE 128           /* calls under way */
#define TIME_MOST      9999999999999 /* ms; thirteen digits, as Redis orders them */

static const char import_help[] =
    "usage: palabre import FILE --as ID [--media DIR] [--data DIR | --redis URL]\n"
    "       palabre import --polis DIR --as ID\n\n"
    "Makes the session ID from the recording FILE (docs/recordings.md), each thing at the time it happened;\n"
    "--media is a folder with its pictures. One that was broken off goes on when it is typed again.\n\n"
    "Turns a Polis export (DIR/comments.csv and DIR/votes.csv) into the session ID: statements as ideas "
    "(rejected\n"
    "ones hidden), each person's last answer to each as a vote at its time, passes as nothing.\n";

struct statement {
    char *key;           /* comment-id */
    char *text, *author; /* author-id */
    int64_t at;
    bool rejected;
    char idea[TEXT_ID_ROOM];
};

struct answer {
    char *key; /* voter/comment */
    char *voter;
    struct statement *statement;
    int64_t at;
    size_t row; /* of equal times the later row is the last */
    int value;
};

struct import {
    struct cli_context context;
    const char *session;
    struct statement **statements;
    size_t statement_count;
    struct map by_comment; /* comment-id -> statement */
    struct answer **answers;
    size_t answer_count;
    struct map by_pair; /* voter/comment -> answer */
    struct map people;  /* Polis' id -> the participant's id here (a string) */
    size_t rows, passes;
};

/* ---- reading */

/* The integer in a column, within the bounds; false where there is none. */
static bool csv_integer(const struct csv *csv, int column, int64_t least, int64_t most, int64_t *out_value)
{
    char *end;
    errno = 0;
    long long value = strtoll(csv->fields[column], &end, 10);
    if (end == csv->fields[column] || *end || errno || value < least || value > most)
        return false;
    *out_value = value;
    return true;
}

/* What is wrong with the row that was read, as a message. */
static bool row_fail(const struct csv *csv, const char *path, const char *expected, char **out_message)
{
    *out_message = csv->unended ? memory_print("%s: line %zu: a quote that ends is expected", path, csv->line)
                                : memory_print("%s: line %zu: %s is expected", path, csv->line, expected);
    return false;
}

/* Where the columns of comments.csv are. */
struct statement_columns {
    int id, at, author, moderated, text;
};

static bool read_statement(struct import *import, const struct csv *csv, const struct statement_columns *of,
                           const char *path, char **out_message)
{
    int64_t at, moderated;
    if (csv->unended || !csv_integer(csv, of->at, 1, TIME_MOST, &at))
        return row_fail(csv, path, "a timestamp (ms)", out_message);
    if (!csv_integer(csv, of->moderated, -1, 1, &moderated))
        return row_fail(csv, path, "moderated of -1, 0 or 1", out_message);
    if (!*csv->fields[of->id] || map_get(&import->by_comment, csv->fields[of->id]))
        return row_fail(csv, path, "a comment-id that no other row has", out_message);
    struct statement *statement = memory_alloc(sizeof(*statement));
    *statement = (struct statement){.key = memory_string(csv->fields[of->id]),
                                    .text = memory_string(csv->fields[of->text]),
                                    .author = memory_string(csv->fields[of->author]),
                                    .at = at,
                                    .rejected = moderated == -1};
    import->statements =
        memory_resize(import->statements, (import->statement_count + 1) * sizeof(*import->statements));
    import->statements[import->statement_count++] = statement;
    map_put(&import->by_comment, statement->key, statement);
    return true;
}

static bool read_statements(struct import *import, const char *folder, char **out_message)
{
    char *path CLEAN_FREE = memory_print("%s/comments.csv", folder);
    struct csv csv;
    if (!csv_open(&csv, path, out_message))
        return false;
    const struct statement_columns of = {.id = csv_column(&csv, "comment-id"),
                                         .at = csv_column(&csv, "timestamp"),
                                         .author = csv_column(&csv, "author-id"),
                                         .moderated = csv_column(&csv, "moderated"),
                                         .text = csv_column(&csv, "comment-body")};
    bool good = of.id >= 0 && of.at >= 0 && of.author >= 0 && of.moderated >= 0 && of.text >= 0;
    if (!good)
        *out_message =
            memory_print("%s: columns timestamp, comment-id, author-id, moderated and comment-body are "
                         "expected",
                         path);
    while (good && csv_next(&csv))
        good = read_statement(import, &csv, &of, path, out_message);
    csv_close(&csv);
    return good;
}

/* Keeps the later of two answers to the same statement. */
static void take_answer(struct import *import, const char *voter, struct statement *statement, int64_t at,
                        int value)
{
    char *key = memory_print("%s/%s", voter, statement->key);
    struct answer *answer = map_get(&import->by_pair, key);
    if (!answer) {
        answer = memory_alloc(sizeof(*answer));
        answer->key = key;
        answer->voter = memory_string(voter);
        answer->statement = statement;
        answer->at = INT64_MIN;
        map_put(&import->by_pair, answer->key, answer);
        import->answers =
            memory_resize(import->answers, (import->answer_count + 1) * sizeof(*import->answers));
        import->answers[import->answer_count++] = answer;
    } else {
        free(key);
    }
    if (at < answer->at)
        return;
    answer->at = at;
    answer->row = import->rows;
    answer->value = value;
}

static bool read_votes(struct import *import, const char *folder, char **out_message)
{
    char *path CLEAN_FREE = memory_print("%s/votes.csv", folder);
    struct csv csv;
    if (!csv_open(&csv, path, out_message))
        return false;
    int id = csv_column(&csv, "comment-id"), at = csv_column(&csv, "timestamp"),
        voter = csv_column(&csv, "voter-id");
    int vote = csv_column(&csv, "vote");
    bool good = id >= 0 && at >= 0 && voter >= 0 && vote >= 0;
    if (!good)
        *out_message =
            memory_print("%s: columns timestamp, comment-id, voter-id and vote are expected", path);
    while (good && csv_next(&csv)) {
        struct statement *statement = map_get(&import->by_comment, csv.fields[id]);
        int64_t time = 0, value = 0;
        import->rows++;
        if (csv.unended || !csv_integer(&csv, at, 1, TIME_MOST, &time))
            good = row_fail(&csv, path, "a timestamp (ms)", out_message);
        else if (!statement)
            good = row_fail(&csv, path, "a comment-id of comments.csv", out_message);
        else if (!csv_integer(&csv, vote, -1, 1, &value))
            good = row_fail(&csv, path, "a vote of -1, 0 or 1", out_message);
        else
            take_answer(import, csv.fields[voter], statement, time, (int)value);
    }
    csv_close(&csv);
    return good;
}

/* ---- what happened, in order of time */

struct step {
    int64_t at;
    size_t order; /* among equal times: statements before votes, then as in the file */
    struct statement *statement;
    struct answer *answer; /* NULL: the statement itself */
};

static int step_compare(const void *a, const void *b)
{
    const struct step *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    if (!x->answer != !y->answer)
        return x->answer ? 1 : -1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static struct step *make_steps(struct import *import, size_t *out_count)
{
    struct step *steps = memory_alloc((import->statement_count + import->answer_count) * sizeof(*steps));
    size_t count = 0;
    /* A statement that was answered before it is said to have been made was made by then. */
    for (size_t i = 0; i < import->answer_count; i++)
        if (import->answers[i]->at < import->answers[i]->statement->at)
            import->answers[i]->statement->at = import->answers[i]->at;
    for (size_t i = 0; i < import->statement_count; i++)
        steps[count++] = (struct step){import->statements[i]->at, i, import->statements[i], NULL};
    for (size_t i = 0; i < import->answer_count; i++) {
        struct answer *answer = import->answers[i];
        if (answer->value == 0)
            import->passes++;
        else
            steps[count++] = (struct step){answer->at, answer->row, answer->statement, answer};
    }
    qsort(steps, count, sizeof(*steps), step_compare);
    *out_count = count;
    return steps;
}

/* ---- writing */

/* The participant of a Polis id, joined at the first thing they did. */
static struct refusal import_person(struct import *import, const char *polis, int64_t at,
                                    struct actor *out_actor)
{
    struct refusal refusal = refusal_of(ERROR_none);
    struct actor actor = {.role = ROLE_participant, .level = level_open};
    char *id = map_get(&import->people, polis);
    if (!id) {
        struct store_arguments arguments = {0};
        cli_context_flush(&import->context); /* what came before is recorded before */
        store_arguments_add(&arguments, "", 0);
        store_arguments_add(&arguments, "operator", strlen("operator"));
        refusal = cli_context_call(&import->context, import->session, "participant_join", &actor, "join", at,
                                   &arguments);
        store_arguments_clear(&arguments);
        if (refusal.error)
            return refusal;
        id = memory_string(cli_context_get(&import->context, "participant"));
        map_put(&import->people, memory_string(polis), id);
    }
    snprintf(actor.id, sizeof(actor.id), "%s", id);
    *out_actor = actor;
    return refusal;
}

/* A statement over the title's limit continues in the body, from a word's end where there is one near. */
static void import_text(const char *text, struct idea_add *idea)
{
    char *clean CLEAN_FREE = text_clean(text, strlen(text), false);
    if (!clean || text_length(clean) <= LIMIT_TITLE) {
        idea->title = memory_string(clean && *clean ? clean : "-");
        return;
    }
    size_t cut = 0, space = 0, length = 0;
    for (; clean[cut] && length < LIMIT_TITLE - 1; length++) {
        if (clean[cut] == ' ' && length > LIMIT_TITLE / 2)
            space = cut;
        do
            cut++;
        while (((unsigned char)clean[cut] & 0xC0) == 0x80);
    }
    if (space)
        cut = space;
    char *head CLEAN_FREE = memory_bytes(clean, cut);
    idea->title = memory_print("%s…", head);
    idea->body = memory_print("…%s", clean + cut + (space ? 1 : 0));
}

static struct refusal import_statement(struct import *import, struct statement *statement)
{
    struct actor actor;
    struct refusal refusal = import_person(import, statement->author, statement->at, &actor);
    if (refusal.error)
        return refusal;
    struct command command;
    struct store_arguments arguments = {0};
    char *key CLEAN_FREE = memory_print("statement-%.40s", statement->key);
    command_init(&command, COMMAND_idea_add);
    strcpy(command.idea_add.challenge, "statements");
    import_text(statement->text, &command.idea_add);
    command_arguments(&command, store_arguments_add, &arguments);
    cli_context_flush(&import->context);
    refusal = cli_context_call(&import->context, import->session, "idea_add", &actor, key, statement->at,
                               &arguments);
    if (!refusal.error)
        snprintf(statement->idea, sizeof(statement->idea), "%s", cli_context_get(&import->context, "idea"));
    store_arguments_clear(&arguments);
    command_clear(&command);
    return refusal;
}

static struct refusal import_vote(struct import *import, const struct answer *answer)
{
    struct actor actor;
    struct refusal refusal = import_person(import, answer->voter, answer->at, &actor);
    if (refusal.error)
        return refusal;
    struct command command;
    command_init(&command, COMMAND_vote_cast);
    memcpy(command.vote_cast.idea, answer->statement->idea, sizeof(command.vote_cast.idea));
    command.vote_cast.value = answer->value;
    command.key = memory_print("row-%zu", answer->row);
    cli_context_send(&import->context, import->session, &actor, &command, answer->at, IMPORT_AT_ONCE);
    return import->context.refusal;
}

static struct refusal import_hide(struct import *import, int64_t at)
{
    const struct actor actor = {.id = "operator", .role = ROLE_admin};
    for (size_t i = 0; i < import->statement_count; i++) {
        if (!import->statements[i]->rejected)
            continue;
        struct command command;
        command_init(&command, COMMAND_idea_moderate);
        memcpy(command.idea_moderate.idea, import->statements[i]->idea, TEXT_ID_ROOM);
        command.idea_moderate.action = action_hide;
        command.key = memory_print("hide-%zu", i);
        command.idea_moderate.reason = memory_string("rejected by the moderators of the Polis conversation");
        cli_context_send(&import->context, import->session, &actor, &command, at, IMPORT_AT_ONCE);
    }
    return cli_context_flush(&import->context);
}

/* The topic of summary.csv, which names the conversation; the session's id where there is none. */
static char *import_title(const char *folder, const char *session)
{
    char *path CLEAN_FREE = memory_print("%s/summary.csv", folder), *message CLEAN_FREE = NULL;
    struct csv csv;
    if (!csv_open(&csv, path, &message))
        return memory_string(session);
    char *clean = csv.count > 1 && strcmp(csv.names[0], "topic") == 0
                      ? text_clean(csv.names[1], strlen(csv.names[1]), false)
                      : NULL;
    csv_close(&csv);
    if (!clean || !*clean || text_length(clean) > LIMIT_TITLE) {
        free(clean);
        return memory_string(session);
    }
    return clean;
}

static struct refusal import_session(struct import *import, const char *folder, int64_t at)
{
    struct definition definition = {.challenges = memory_alloc(sizeof(struct command)), .challenge_count = 1};
    snprintf(definition.id, sizeof(definition.id), "%s", import->session);
    definition.title = import_title(folder, import->session);
    struct command *challenge = &definition.challenges[0];
    command_init(challenge, COMMAND_challenge_add);
    strcpy(challenge->challenge_add.challenge, "statements");
    challenge->challenge_add.title = memory_string(definition.title);
    challenge->challenge_add.ballot = ballot_updown;
    challenge->challenge_add.proposals = proposals_open;
    challenge->challenge_add.tally = tally_live;
    struct refusal refusal = cli_context_create(&import->context, &definition, at);
    definition_clear(&definition);
    return refusal;
}

static int import_run(struct import *import, const char *folder)
{
    size_t count;
    struct step *steps = make_steps(import, &count);
    int64_t first = count ? steps[0].at : 1, last = count ? steps[count - 1].at : 1;
    struct refusal refusal = import_session(import, folder, first);
    for (size_t i = 0; i < count && !refusal.error; i++)
        refusal = steps[i].answer ? import_vote(import, steps[i].answer)
                                  : import_statement(import, steps[i].statement);
    struct refusal flushed = cli_context_flush(&import->context);
    if (!refusal.error)
        refusal = flushed;
    if (!refusal.error)
        refusal = import_hide(import, last);
    if (!refusal.error)
        refusal = cli_context_call(&import->context, import->session, "tally_flush", NULL, "flush", 0, NULL);
    free(steps);
    if (refusal.error)
        return cli_context_refused(&refusal, import->session);
    printf("%s: %zu statements, %zu people, %zu votes cast from %zu rows (%zu passed)\n", import->session,
           import->statement_count, import->people.count, count - import->statement_count, import->rows,
           import->passes);
    return 0;
}

static void import_clear(struct import *import)
{
    for (size_t i = 0; i < import->statement_count; i++) {
        free(import->statements[i]->key);
        free(import->statements[i]->text);
        free(import->statements[i]->author);
        free(import->statements[i]);
    }
    for (size_t i = 0; i < import->answer_count; i++) {
        free(import->answers[i]->key);
        free(import->answers[i]->voter);
        free(import->answers[i]);
    }
    map_for_each (at, &import->people) {
        free((char *)at->key);
        free(at->value);
    }
    map_clear(&import->people);
    map_clear(&import->by_comment);
    map_clear(&import->by_pair);
    free(import->statements);
    free(import->answers);
}

int cli_import(int argc, char **argv)
{
    struct import import = {0};
    const char *folder = NULL, *file = NULL, *media = NULL;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0)
            return fputs(import_help, stdout), 0;
    int status = cli_context_open(&import.context, "import", &argc, argv);
    if (status)
        return status;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--polis") == 0 && i + 1 < argc)
            folder = argv[++i];
        else if (strcmp(argv[i], "--as") == 0 && i + 1 < argc)
            import.session = argv[++i];
        else if (strcmp(argv[i], "--media") == 0 && i + 1 < argc)
            media = argv[++i];
        else if (argv[i][0] != '-' && !file)
            file = argv[i];
        else
            status = cli_usage("import", "%s: not expected here", argv[i]);
    }
    if (!status && (!folder == !file || !import.session || (folder && media)))
        status = cli_usage("import", "FILE or --polis DIR, and --as ID are expected");
    if (!status && !text_is_id(import.session, strlen(import.session)))
        status = cli_usage("import", "--as: an id is expected: a-z, then up to 31 of a-z, 0-9 and -");
    char *message = NULL;
    if (!status && file) {
        status = recording_import(&import.context, file, import.session, media);
        cli_context_close(&import.context);
        return status;
    }
    if (!status && (!read_statements(&import, folder, &message) || !read_votes(&import, folder, &message)))
        status = cli_fail("%s", message);
    free(message);
    if (!status)
        status = import_run(&import, folder);
    import_clear(&import);
    cli_context_close(&import.context);
    return status;
}
