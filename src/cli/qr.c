#include "cli/qr.h"

#include <qrencode.h>
#include <stdbool.h>

#define QR_QUIET 2 /* modules around the code; readers of screens need no four */

static bool qr_is_dark(const QRcode *code, int x, int y)
{
    return x >= 0 && y >= 0 && x < code->width && y < code->width && code->data[y * code->width + x] & 1;
}

void qr_print(FILE *to, const char *text)
{
    QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
    if (!code)
        return;
    for (int y = -QR_QUIET; y < code->width + QR_QUIET; y += 2) {
        fputs("    ", to);
        for (int x = -QR_QUIET; x < code->width + QR_QUIET; x++) {
            bool upper = !qr_is_dark(code, x, y), lower = !qr_is_dark(code, x, y + 1);
            fputs(upper && lower ? "█" : upper ? "▀" : lower ? "▄" : " ", to);
        }
        fputc('\n', to);
    }
    QRcode_free(code);
}
