/* What the sanitizers are told in the programs for tests, which may have no environment to tell it by. */

const char *__asan_default_options(void);

/* The launcher does one thing and ends, so it frees little; and who looks for leaks may need rights that a container has not. */
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}
