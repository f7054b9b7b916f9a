#include "support.h"
#include "token/keyring.h"

#include <sys/wait.h>

/* The keyring of <test's folder>/keys, which must open. */
static struct keyring *keys_open(const char *base)
{
    CLEAN_FREE char *path = memory_print("%s/keys", base);
    CLEAN_BUFFER struct buffer problem = {0};
    struct keyring *keyring = keyring_open(path, &problem);
    if (!keyring)
        fail_msg("%s", problem.bytes);
    assert_int_equal(problem.size, 0);
    return keyring;
}

/* It must not open, and the problem says all of what is expected (NULL: no more) and no secret key. */
static void keys_refused(const char *base, const char *expected, const char *also)
{
    CLEAN_FREE char *path = memory_print("%s/keys", base);
    CLEAN_BUFFER struct buffer problem = {0};
    struct keyring *keyring = keyring_open(path, &problem);
    if (keyring)
        fail_msg("opened, and not refused with %s", expected);
    if (!strstr(problem.bytes, expected) || (also && !strstr(problem.bytes, also)))
        fail_msg("%s does not say %s and %s", problem.bytes, expected, also ? also : "");
    const char *key = strstr(problem.bytes, "k4.secret.");
    assert_true(!key || strncmp(key, "k4.secret....", 13) == 0);
}

static void keys_rotate(const char *base)
{
    CLEAN_FREE char *path = memory_print("%s/keys", base);
    CLEAN_BUFFER struct buffer problem = {0};
    if (!keyring_rotate(path, &problem))
        fail_msg("%s", problem.bytes);
}

static void keys_write(const char *base, const char *name, const char *text, mode_t mode)
{
    CLEAN_FREE char *path = memory_print("%s/keys/%s", base, name);
    file_write(path, text, mode);
}

static void keys_mode(const char *base, const char *name, mode_t mode)
{
    CLEAN_FREE char *path = memory_print("%s/keys%s", base, name);
    assert_int_equal(chmod(path, mode), 0);
}

static mode_t mode_of(const char *base, const char *name)
{
    CLEAN_FREE char *path = memory_print("%s/keys%s", base, name);
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    return about.st_mode & 07777;
}

/* A new public key as a line of text; the caller frees. */
static char *public_line(void)
{
    unsigned char public_key[PASETO_PUBLIC_BYTES], secret[PASETO_SECRET_BYTES];
    char text[PASERK_ROOM];
    crypto_sign_keypair(public_key, secret);
    paserk_format(PASERK_PUBLIC, public_key, sizeof(public_key), text);
    return memory_print("%s\n", text);
}

static void the_first_start_makes_a_key_that_only_its_owner_reads(void **state)
{
    mode_t old = umask(0);
    struct keyring *keyring = keys_open(*state);
    umask(old);
    assert_int_equal(keyring->count, 1);
    assert_true(keyring->keys[0].signs);
    assert_memory_equal(keyring->keys[0].public_key, keyring->secret + 32, PASETO_PUBLIC_BYTES);
    char id[PASERK_ID_ROOM];
    paserk_id(keyring->keys[0].public_key, id);
    assert_string_equal(keyring->keys[0].id, id);
    assert_int_equal(mode_of(*state, ""), 0700);
    assert_int_equal(mode_of(*state, "/accepted"), 0700);
    assert_int_equal(mode_of(*state, "/token.key"), 0600);
    keyring_free(&keyring);
    assert_null(keyring);
}

static void the_second_start_finds_the_same_key(void **state)
{
    struct keyring *first = keys_open(*state), *second = keys_open(*state);
    assert_memory_equal(first->secret, second->secret, PASETO_SECRET_BYTES);
    assert_int_equal(second->count, 1);
    keyring_free(&first);
    keyring_free(&second);
}

static void two_deployments_have_different_keys(void **state)
{
    CLEAN_FREE char *one = memory_print("%s/one", (char *)*state),
                    *two = memory_print("%s/two", (char *)*state);
    CLEAN_BUFFER struct buffer problem = {0};
    struct keyring *first = keyring_open(one, &problem), *second = keyring_open(two, &problem);
    assert_non_null(first);
    assert_non_null(second);
    assert_memory_not_equal(first->secret, second->secret, PASETO_SECRET_BYTES);
    keyring_free(&first);
    keyring_free(&second);
}

/* Runs `work` in eight processes that start together; each exits with what it returns. */
static void in_eight_processes(const char *base, int (*work)(const char *base))
{
    int gate[2];
    assert_int_equal(pipe(gate), 0);
    pid_t children[8];
    for (size_t i = 0; i < ARRAY_SIZE(children); i++) {
        children[i] = fork();
        if (children[i] == 0) {
            char c;
            close(gate[1]);
            _exit(read(gate[0], &c, 1) == 0 ? work(base) : 1); /* ends when the gate does */
        }
    }
    close(gate[0]);
    close(gate[1]);
    for (size_t i = 0; i < ARRAY_SIZE(children); i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
}

/* Opens the folder and leaves its key in a file of its own. */
static int child_opens(const char *base)
{
    CLEAN_FREE char *path = memory_print("%s/keys", base), *own = memory_print("%s/%d", base, (int)getpid());
    CLEAN_BUFFER struct buffer problem = {0};
    struct keyring *keyring = keyring_open(path, &problem);
    if (!keyring || keyring->count != 1)
        return 1;
    char id[PASERK_ID_ROOM];
    memcpy(id, keyring->keys[0].id, sizeof(id));
    keyring_free(&keyring);
    keyring = keyring_open(path, &problem);
    bool same = keyring && strcmp(keyring->keys[0].id, id) == 0;
    keyring_free(&keyring);
    return symlink(id, own) == 0 && same ? 0 : 1;
}

static int key_of_child(const char *path, const struct stat *about, int kind, struct FTW *walk)
{
    static char first[PASERK_ID_ROOM];
    char id[PASERK_ID_ROOM] = "";
    (void)about, (void)walk;
    if (kind != FTW_SL && kind != FTW_SLN)
        return 0;
    if (readlink(path, id, sizeof(id) - 1) <= 0)
        return 1;
    if (!first[0])
        memcpy(first, id, sizeof(first));
    return strcmp(first, id) != 0;
}

static void processes_that_start_at_once_share_one_key(void **state)
{
    in_eight_processes(*state, child_opens);
    assert_int_equal(nftw(*state, key_of_child, 16, FTW_PHYS), 0);
}

static void after_a_rotation_a_new_key_signs_and_the_old_ones_are_accepted(void **state)
{
    struct keyring *first = keys_open(*state);
    keys_rotate(*state);
    struct keyring *second = keys_open(*state);
    keys_rotate(*state);
    struct keyring *third = keys_open(*state);
    assert_int_equal(second->count, 2);
    assert_int_equal(third->count, 3);
    assert_true(third->keys[0].signs);
    assert_false(third->keys[1].signs);
    assert_false(third->keys[2].signs);
    assert_true(strcmp(third->keys[1].id, third->keys[2].id) < 0);
    const struct keyring_key *found = keyring_find(third, first->keys[0].id, strlen(first->keys[0].id));
    assert_non_null(found);
    assert_memory_equal(found->public_key, first->keys[0].public_key, PASETO_PUBLIC_BYTES);
    assert_non_null(keyring_find(third, second->keys[0].id, strlen(second->keys[0].id)));
    assert_null(keyring_find(first, second->keys[0].id, strlen(second->keys[0].id)));
    assert_int_equal(mode_of(*state, "/token.key"), 0600);
    keyring_free(&first);
    keyring_free(&second);
    keyring_free(&third);
}

static int child_rotates(const char *base)
{
    CLEAN_FREE char *path = memory_print("%s/keys", base);
    CLEAN_BUFFER struct buffer problem = {0};
    return keyring_rotate(path, &problem) ? 0 : 1;
}

static void rotations_at_once_lose_no_key(void **state)
{
    struct keyring *keyring = keys_open(*state);
    char id[PASERK_ID_ROOM];
    memcpy(id, keyring->keys[0].id, sizeof(id));
    keyring_free(&keyring);
    in_eight_processes(*state, child_rotates);
    keyring = keys_open(*state);
    assert_int_equal(keyring->count, 9);
    assert_non_null(keyring_find(keyring, id, strlen(id)));
    keyring_free(&keyring);
}

static void there_is_nothing_to_rotate_where_there_is_no_key(void **state)
{
    CLEAN_FREE char *path = memory_print("%s/keys", (char *)*state);
    CLEAN_BUFFER struct buffer problem = {0};
    assert_false(keyring_rotate(path, &problem));
    assert_non_null(strstr(problem.bytes, "token.key"));
}

/* A rotation cut short before the new secret was there: the signing key is among the accepted ones too. */
static void the_signing_key_is_listed_once(void **state)
{
    struct keyring *keyring = keys_open(*state);
    char text[PASERK_ROOM];
    paserk_format(PASERK_PUBLIC, keyring->keys[0].public_key, PASETO_PUBLIC_BYTES, text);
    keys_write(*state, "accepted/same.pub", text, 0600); /* and without a line end */
    keys_write(*state, "accepted/again.pub", text, 0600);
    keyring_free(&keyring);
    keyring = keys_open(*state);
    assert_int_equal(keyring->count, 1);
    assert_true(keyring->keys[0].signs);
    keyring_free(&keyring);
}

static void what_a_crash_left_behind_stands_in_nobodys_way(void **state)
{
    struct keyring *keyring = keys_open(*state);
    keyring_free(&keyring);
    keys_write(*state, "token.key.new", "half a k", 0600);
    keys_write(*state, "accepted/x.pub.new", "half a k", 0600);
    keys_rotate(*state);
    keyring = keys_open(*state);
    assert_int_equal(keyring->count, 2);
    keyring_free(&keyring);
}

static void an_accepted_key_counts_while_its_file_is_there(void **state)
{
    struct keyring *keyring = keys_open(*state);
    keyring_free(&keyring);
    CLEAN_FREE char *line = public_line(), *path = memory_print("%s/keys/accepted/other.pub", (char *)*state);
    keys_write(*state, "accepted/other.pub", line, 0644);
    keyring = keys_open(*state);
    assert_int_equal(keyring->count, 2);
    keyring_free(&keyring);
    assert_int_equal(unlink(path), 0);
    keyring = keys_open(*state);
    assert_int_equal(keyring->count, 1);
    keyring_free(&keyring);
}

static void files_of_other_names_are_passed_over(void **state)
{
    struct keyring *keyring = keys_open(*state);
    keyring_free(&keyring);
    keys_write(*state, "accepted/README", "words", 0666);
    keys_write(*state, "accepted/.pub", "words", 0666);
    keys_write(*state, "accepted/.x.pub", "words", 0666);
    keys_write(*state, "accepted/x.pub~", "words", 0666);
    keyring = keys_open(*state);
    assert_int_equal(keyring->count, 1);
    keyring_free(&keyring);
}

static void a_secret_key_that_others_may_read_or_change_is_refused(void **state)
{
    struct keyring *keyring = keys_open(*state);
    keyring_free(&keyring);
    for (mode_t others = 1; others <= 077; others++) {
        keys_mode(*state, "/token.key", 0600 | others);
        keys_refused(*state, "/keys/token.key", "chmod 600");
    }
    keys_mode(*state, "/token.key", 0400);
    keyring = keys_open(*state);
    keyring_free(&keyring);
}

static void a_public_key_that_others_may_change_is_refused(void **state)
{
    struct keyring *keyring = keys_open(*state);
    keyring_free(&keyring);
    CLEAN_FREE char *line = public_line();
    keys_write(*state, "accepted/other.pub", line, 0600);
    static const mode_t bad[] = {0602, 0620, 0622, 0666, 0664, 0777}, good[] = {0600, 0400, 0644, 0444, 0755};
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        keys_mode(*state, "/accepted/other.pub", bad[i]);
        keys_refused(*state, "/keys/accepted/other.pub", "chmod 600");
    }
    for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
        keys_mode(*state, "/accepted/other.pub", good[i]);
        keyring = keys_open(*state);
        assert_int_equal(keyring->count, 2);
        keyring_free(&keyring);
    }
}

static void a_folder_that_others_may_change_is_refused(void **state)
{
    struct keyring *keyring = keys_open(*state);
    keyring_free(&keyring);
    static const char *const folders[] = {"", "/accepted"};
    static const mode_t bad[] = {0702, 0720, 0777, 01777};
    for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
        CLEAN_FREE char *named = memory_print("/keys%s can be changed", folders[i]);
        for (size_t j = 0; j < ARRAY_SIZE(bad); j++) {
            keys_mode(*state, folders[i], bad[j]);
            keys_refused(*state, named, "chmod go-w");
        }
        keys_mode(*state, folders[i], 0755);
        keyring = keys_open(*state);
        keyring_free(&keyring);
    }
}

static void a_folder_of_another_user_is_refused(void **state)
{
    (void)state;
    CLEAN_BUFFER struct buffer problem = {0};
    bool root = geteuid() == 0;
    if (root)
        assert_int_equal(seteuid(65534), 0);
    struct keyring *keyring = keyring_open("/usr", &problem);
    if (root)
        assert_int_equal(seteuid(0), 0);
    assert_null(keyring);
    assert_string_equal(problem.bytes, "/usr belongs to another user: keys in it cannot be trusted");
}

static void a_folder_that_cannot_be_made_or_is_none_is_refused(void **state)
{
    CLEAN_FREE char *path = memory_print("%s/keys/below", (char *)*state);
    CLEAN_BUFFER struct buffer problem = {0};
    assert_null(keyring_open(path, &problem));
    assert_non_null(strstr(problem.bytes, "/keys/below cannot be made"));
    CLEAN_FREE char *file = memory_print("%s/keys", (char *)*state);
    file_write(file, "", 0600);
    keys_refused(*state, "/keys cannot be opened", NULL);
}

static void a_file_that_is_not_one_key_is_refused_and_nothing_is_loaded(void **state)
{
    struct keyring *keyring = keys_open(*state);
    char secret[PASERK_ROOM], public_text[PASERK_ROOM];
    paserk_format(PASERK_SECRET, keyring->secret, PASETO_SECRET_BYTES, secret);
    paserk_format(PASERK_PUBLIC, keyring->keys[0].public_key, PASETO_PUBLIC_BYTES, public_text);
    keyring_free(&keyring);
    CLEAN_FREE char *twice = memory_print("%s\n%s\n", secret, secret);
    CLEAN_FREE char *spaced = memory_print("%s \n", secret), *lines = memory_print("%s\n\n", secret);
    CLEAN_FREE char *dos = memory_print("%s\r\n", secret), *cut = memory_print("%.90s\n", secret);
    const char *const bad_secrets[] = {"", "\n", "k4.secret.\n", public_text, twice, spaced, lines, dos, cut};
    for (size_t i = 0; i < ARRAY_SIZE(bad_secrets); i++) {
        keys_write(*state, "token.key", bad_secrets[i], 0600);
        keys_refused(*state, "/keys/token.key does not hold one secret key", NULL);
    }
    keys_write(*state, "token.key", secret, 0600);

    CLEAN_FREE char *line = public_line();
    keys_write(*state, "accepted/a-good.pub", line, 0600);
    CLEAN_FREE char *public_twice = memory_print("%s\n%s\n", public_text, public_text);
    const char *const bad_public[] = {
        "",
        "k4.public.AAAA\n",
        "k3.public.Az8\n",
        "k4.pid.AAAA\n",
        secret,
        public_twice,
        "-----BEGIN PUBLIC KEY-----\n",
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad_public); i++) {
        keys_write(*state, "accepted/b-bad.pub", bad_public[i], 0600);
        keys_refused(*state, "/keys/accepted/b-bad.pub does not hold one public key", NULL);
    }
}

/* Keys of small order would let anyone sign; libsodium refuses them when verifying, and they are refused
 * here. */
static void a_public_key_that_no_secret_key_has_is_refused(void **state)
{
    struct keyring *keyring = keys_open(*state);
    keyring_free(&keyring);
    unsigned char one[PASETO_PUBLIC_BYTES] = {1}, zero[PASETO_PUBLIC_BYTES] = {0},
                  off[PASETO_PUBLIC_BYTES] = {2};
    const unsigned char *const bad[] = {zero, one, off};
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        char text[PASERK_ROOM];
        paserk_format(PASERK_PUBLIC, bad[i], PASETO_PUBLIC_BYTES, text);
        keys_write(*state, "accepted/weak.pub", text, 0600);
        keys_refused(*state, "/keys/accepted/weak.pub holds a key that no secret key has", NULL);
    }
}

static void a_name_that_is_no_file_is_refused_without_waiting(void **state)
{
    struct keyring *keyring = keys_open(*state);
    keyring_free(&keyring);
    CLEAN_FREE char *pipe_name = memory_print("%s/keys/accepted/pipe.pub", (char *)*state);
    CLEAN_FREE char *key = memory_print("%s/keys/token.key", (char *)*state);
    assert_int_equal(mkfifo(pipe_name, 0600), 0);
    keys_refused(*state, "/keys/accepted/pipe.pub is not a file", NULL);
    assert_int_equal(unlink(pipe_name), 0);
    assert_int_equal(unlink(key), 0);
    assert_int_equal(mkdir(key, 0700), 0);
    keys_refused(*state, "/keys/token.key is not a file", NULL);
}

static void an_unknown_id_finds_nothing(void **state)
{
    struct keyring *keyring = keys_open(*state);
    const char *id = keyring->keys[0].id;
    assert_ptr_equal(keyring_find(keyring, id, strlen(id)), &keyring->keys[0]);
    assert_null(keyring_find(keyring, id, strlen(id) - 1));
    assert_null(keyring_find(keyring, id, strlen(id) + 1));
    assert_null(keyring_find(keyring, "", 0));
    char other[PASERK_ID_ROOM];
    memcpy(other, id, sizeof(other));
    other[20] = other[20] == 'A' ? 'B' : 'A';
    assert_null(keyring_find(keyring, other, strlen(other)));
    keyring_free(&keyring);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(the_first_start_makes_a_key_that_only_its_owner_reads),
        IN_FOLDER(the_second_start_finds_the_same_key),
        IN_FOLDER(two_deployments_have_different_keys),
        IN_FOLDER(processes_that_start_at_once_share_one_key),
        IN_FOLDER(after_a_rotation_a_new_key_signs_and_the_old_ones_are_accepted),
        IN_FOLDER(rotations_at_once_lose_no_key),
        IN_FOLDER(there_is_nothing_to_rotate_where_there_is_no_key),
        IN_FOLDER(the_signing_key_is_listed_once),
        IN_FOLDER(what_a_crash_left_behind_stands_in_nobodys_way),
        IN_FOLDER(an_accepted_key_counts_while_its_file_is_there),
        IN_FOLDER(files_of_other_names_are_passed_over),
        IN_FOLDER(a_secret_key_that_others_may_read_or_change_is_refused),
        IN_FOLDER(a_public_key_that_others_may_change_is_refused),
        IN_FOLDER(a_folder_that_others_may_change_is_refused),
        IN_FOLDER(a_folder_of_another_user_is_refused),
        IN_FOLDER(a_folder_that_cannot_be_made_or_is_none_is_refused),
        IN_FOLDER(a_file_that_is_not_one_key_is_refused_and_nothing_is_loaded),
        IN_FOLDER(a_public_key_that_no_secret_key_has_is_refused),
        IN_FOLDER(a_name_that_is_no_file_is_refused_without_waiting),
        IN_FOLDER(an_unknown_id_finds_nothing),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
