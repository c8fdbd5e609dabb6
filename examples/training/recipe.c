#include "training/recipe.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "arrays/recipe.h"
#include "common/program.h"
#include "common/stop.h"
#include "gsc/recipe.h"
#include "rawhd/recipe.h"
#include "shd/recipe.h"

static const struct recipe *const recipes[] = {
    &recipe_rawhd, &recipe_shd, &recipe_ssc, &recipe_arrays, &recipe_gsc,
};

enum { RECIPES = sizeof recipes / sizeof *recipes };

const struct recipe *recipe_find(const char *name) {
    for (size_t i = 0; i < RECIPES; i++)
        if (strcmp(recipes[i]->name, name) == 0)
            return recipes[i];
    return NULL;
}

static void list_recipes(void) {
    for (size_t i = 0; i < RECIPES; i++)
        printf("  %-8s  %s\n", recipes[i]->name, recipes[i]->title);
}

int recipe_load(snnd_context *context, const struct options *options, const struct say *say, struct data *data,
                struct failure *failure) {
    struct stat status;
    memset(data, 0, sizeof *data);
    if (stat(options->data, &status) != 0 || !S_ISDIR(status.st_mode))
        return failed(failure, "%s: there is no such folder", options->data);
    stop_listen();
    int result = options->recipe->load(context, options, say, data, failure);
    stop_unlisten();
    if (stop_is_asked())
        result = failed(failure, "%s: stopped while it was being read", options->data);
    if (result != 0)
        data_free(data);
    return result;
}

/* Prints help or an error where there is no recipe. */
static int without_recipe(const char *program, const char *title, const char *word) {
    if (strcmp(word, "--version") == 0) {
        program_version();
        return EXIT_DONE;
    }
    const int asks = strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
    if (word[0] == '\0' || (word[0] == '-' && !asks)) {
        program_complain(word[0] == '\0' ? "a recipe is needed as the first word; --help lists them%s"
                                         : "a recipe is needed as the first word, before '%s'; --help lists them",
                         word);
        return EXIT_USAGE;
    }
    if (!asks) {
        program_complain("'%s': there is no such recipe; --help lists them", word);
        return EXIT_USAGE;
    }
    printf("Usage: %s RECIPE [options]\n%s %s RECIPE --help tells all. Recipes:\n\n", program, title, program);
    list_recipes();
    return EXIT_DONE;
}

int recipe_main(const char *program, const char *title, int count, char **words,
                int (*work)(const struct recipe *recipe, int count, char **words)) {
    static char name[64];
    const struct recipe *recipe = count > 1 ? recipe_find(words[1]) : NULL;
    snprintf(name, sizeof name, recipe != NULL ? "%s %s" : "%s", program, recipe != NULL ? recipe->name : "");
    program_begin(name);
    return program_end(recipe != NULL ? work(recipe, count - 1, words + 1)
                                      : without_recipe(program, title, count > 1 ? words[1] : ""));
}
