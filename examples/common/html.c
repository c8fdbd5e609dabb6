#include "common/html.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/printable.h"

/* Wide tables and pictures scroll in their own boxes, so that the page does not scroll sideways on a narrow screen.
 * Paper is light. */
static const char style[] =
    ":root{color-scheme:light;--ink:#1a1a1a;--soft:#404040;--line:#d0d0d0;--page:#fff;--link:#0571b0;"
    "--right:5 113 176;--wrong:202 0 32}\n"
    "@media screen and (prefers-color-scheme:dark){:root{color-scheme:dark;--ink:#e8e8e8;--soft:#b8b8b8;--line:#484848;"
    "--page:#161616;--link:#7cc0ee;--right:60 150 215;--wrong:235 70 90}}\n"
    "body{margin:0 auto;padding:1rem;max-width:72rem;font:1rem/1.5 system-ui,sans-serif;color:var(--ink);"
    "background:var(--page)}\n"
    "h1,h2,h3{line-height:1.25}\n"
    "h2{margin-top:2.5rem;border-top:2px solid var(--ink);padding-top:.75rem}\n"
    "h1,h2,h3,p,li,summary,figcaption,.settings td{overflow-wrap:anywhere}\n"
    "a{color:var(--link)}\n"
    ".table{overflow-x:auto;margin:1rem 0}\n"
    "table{border-collapse:collapse;width:max-content}\n"
    "caption{text-align:left;font-weight:600;padding:.25rem 0;max-width:calc(100vw - 2rem);break-after:avoid}\n"
    "td,th{padding:.3rem .8rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}\n"
    "td{max-width:24rem}thead th{border-bottom:2px solid var(--soft);vertical-align:bottom;max-width:9rem}\n"
    "tbody th{font-weight:500;white-space:nowrap}\n"
    "details{margin:1rem 0}summary{cursor:pointer}\n"
    "td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\n"
    ".matrix td,.matrix th{padding:.15rem .4rem}\n"
    ".matrix thead th+th{writing-mode:vertical-rl;text-align:end;font-weight:500}\n"
    ".matrix tbody th{position:sticky;left:0;background:var(--page)}\n"
    ".matrix td{min-width:1.2rem;print-color-adjust:exact;-webkit-print-color-adjust:exact}\n"
    "td.right{background:rgb(var(--right)/var(--share))}td.wrong{background:rgb(var(--wrong)/var(--share))}\n"
    "figure{margin:1.5rem 0}\n"
    "figure div{overflow-x:auto}\n"
    "figure img{display:block;max-width:100%;min-width:40rem;height:auto}\n"
    "figcaption{color:var(--soft);max-width:60rem}\n"
    ".settings table{font-size:.9rem}\n"
    "@media print{.table,figure div{overflow:visible}table{width:auto;font-size:.65rem}figure img{min-width:0}"
    "td,th{padding:.2rem .4rem}.matrix td,.matrix th{padding:.1rem .2rem}h2{break-before:page}"
    "figure,tr{break-inside:avoid}}\n";

void html_begin(FILE *page, const char *title) {
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
          "img-src data:\">\n",
          page);
    html_element(page, "title", title);
    fprintf(page, "<style>\n%s</style>\n</head>\n<body>\n<main>\n", style);
    html_element(page, "h1", title);
}

void html_end(FILE *page) {
    fputs("</main>\n</body>\n</html>\n", page);
}

static void put_character(FILE *page, char character) {
    if (character == '&')
        fputs("&amp;", page);
    else if (character == '<')
        fputs("&lt;", page);
    else if (character == '>')
        fputs("&gt;", page);
    else if (character == '"')
        fputs("&quot;", page);
    else if (character == '\'')
        fputs("&#39;", page);
    else
        putc(character, page);
}

void html_text(FILE *page, const char *text) {
    char *escaped = printable_lines(text);
    for (const char *character = escaped; *character != '\0'; character++)
        put_character(page, *character);
    free(escaped);
}

void html_element(FILE *page, const char *name, const char *text) {
    fprintf(page, "<%s>", name);
    html_text(page, text);
    fprintf(page, "</%s>\n", name);
}

void html_heading(FILE *page, int level, const char *id, const char *text) {
    fprintf(page, "<h%d id=\"", level);
    html_text(page, id);
    fputs("\">", page);
    html_text(page, text);
    fprintf(page, "</h%d>\n", level);
}

void html_table_begin(FILE *page, const char *caption, const char *const headings[], int count) {
    fputs("<div class=\"table\"><table>\n", page);
    html_element(page, "caption", caption);
    fputs("<thead><tr>", page);
    for (int i = 0; i < count; i++) {
        fputs("<th scope=\"col\">", page);
        html_text(page, headings[i]);
        fputs("</th>", page);
    }
    fputs("</tr></thead>\n<tbody>\n", page);
}

/* Returns 1 for a number, possibly with a unit or a tolerance after it. */
static int is_number(const char *text) {
    const char *digits = *text == '-' || *text == '+' ? text + 1 : text;
    return isdigit((unsigned char)*digits) && strlen(text) < 24;
}

void html_row(FILE *page, const char *heading) {
    fputs("<tr><th scope=\"row\">", page);
    html_text(page, heading);
    fputs("</th>", page);
}

void html_cell(FILE *page, const char *format, ...) {
    char text[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fputs(is_number(text) ? "<td class=\"n\">" : "<td>", page);
    html_text(page, text);
    fputs("</td>", page);
}

void html_shaded_cell(FILE *page, double share, int right, long long count) {
    fprintf(page, "<td class=\"n %s\" style=\"--share:%.2f\">%lld</td>", right ? "right" : "wrong", 0.7 * share, count);
}

void html_row_end(FILE *page) {
    fputs("</tr>\n", page);
}

void html_table_end(FILE *page) {
    fputs("</tbody></table></div>\n", page);
}

static void put_base64(FILE *page, const char *bytes, size_t length) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *byte = (const unsigned char *)bytes;
    for (size_t i = 0; i < length; i += 3) {
        unsigned long group = (unsigned long)byte[i] << 16;
        group |= i + 1 < length ? (unsigned long)byte[i + 1] << 8 : 0;
        group |= i + 2 < length ? byte[i + 2] : 0;
        putc(digits[group >> 18], page);
        putc(digits[group >> 12 & 63], page);
        putc(i + 1 < length ? digits[group >> 6 & 63] : '=', page);
        putc(i + 2 < length ? digits[group & 63] : '=', page);
    }
}

/* Pictures are images, not markup: their ids do not clash, and a foreign SVG cannot act in the page. */
void html_picture(FILE *page, const char *svg, size_t length, const char *caption, const char *why) {
    fputs("<figure>\n", page);
    if (svg != NULL) {
        fputs("<div><img alt=\"", page);
        html_text(page, caption);
        fputs("\" src=\"data:image/svg+xml;base64,", page);
        put_base64(page, svg, length);
        fputs("\"></div>\n", page);
    }
    fputs("<figcaption>", page);
    html_text(page, caption);
    if (svg == NULL) {
        fputs(" (Not drawn: ", page);
        html_text(page, why);
        fputs(".)", page);
    }
    fputs("</figcaption>\n</figure>\n", page);
}
