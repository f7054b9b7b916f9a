/* QR codes in a terminal. */
#ifndef CLI_QR_H
#define CLI_QR_H

#include <stdio.h>

/* Draws the code of a text (ISO/IEC 18004, by libqrencode) in half blocks, light on dark with a quiet zone;
 * nothing where the text is too long for one. */
void qr_print(FILE *to, const char *text);

#endif
