/* Made by constants.py, which says what these are. */

#ifndef BN254_CONSTANTS_H
#define BN254_CONSTANTS_H

/* The prime p, with limbs around zero. */
static const number FIELD = {{
    -126026425, 17064119, -59595953, 47522513, -175777416, 47923393, 10936641, 240920116, 3171406}};
/* The prime p, with limbs from zero on. */
static const number FIELD_CARRIED = {{
    410844487, 17064118, 477274959, 47522512, 361093496, 47923392, 10936641, 240920116, 3171406}};
#define FIELD_INVERSE 75916169u
/* 2^522 modulo p. */
static const number FIELD_SQUARE = {{
    94088208, 219480995, 25171640, -257225560, 40052282, 46143135, -157549229, -242836147, 2757031}};
/* 2^783 modulo p. */
static const number FIELD_CUBE = {{
    237179570, -155165534, 197673866, -52481781, -240275490, 53368463, -43326324, -254489312, 2540243}};
/* 1 in Montgomery's form, as all that follow. */
static const number ONE = {{
    -176370655, -199481511, -128831276, 21759002, 178483129, -45989682, -237679608, 86689705, 903222}};
/* 3. */
static const number THREE = {{
    7758947, -61573622, 150377083, 65277005, -1421525, -137969045, -176167912, 260069114, 2709666}};
/* Multiplying x by this cube root of 1 multiplies a point by LAMBDA. */
static const number BETA = {{
    -120801391, -145023941, 193189603, 244240497, -226312478, 69340805, -1834625, -184005301, 1478938}};
/* LAMBDA is 0x30644e72e131a029048b6e193fd84104cc37a73fec2bc5e9b8ca0b2d36636f23. A scalar k is k1 + k2 LAMBDA with (k1, k2) = (k, 0) minus the
 * near multiples of two short vectors (A1, B1), (A2, B2), whose multiplicities are k Q / 2^384. */
/* Signed. */
static const word32 A1[6] = {0x7d4f1128, 0x8211bbeb, 0xeeb859fc, 0x6f4d8248, 0x0, 0x0};
/* Signed; this one is negative. */
static const word32 B1[6] = {0x6b2dec1d, 0x762cda97, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff};
/* Signed. */
static const word32 A2[6] = {0x94d213e3, 0x89d32568, 0x0, 0x0, 0x0, 0x0};
/* Signed. */
static const word32 B2[6] = {0x1221250b, 0xbe4e154, 0xeeb859fd, 0x6f4d8248, 0x0, 0x0};
/* |147946756881789319010696353538189108491| 2^384 / order. */
static const word32 Q1[9] = {0xcb4b9a5e, 0x163b4843, 0xd5e495cc, 0x149d540f, 0xff6565, 0x5398fd03, 0xa773d2d2, 0x4ccef014, 0x2};
enum { Q1_NEGATIVE = 0 };
/* |9931322734385697763| 2^384 / order. */
static const word32 Q2[9] = {0x2fafba64, 0x8fa7d32d, 0x773a6ef2, 0x6eb9c714, 0xc7e0b3d7, 0xd91d232e, 0x2, 0x0, 0x0};
enum { Q2_NEGATIVE = 0 };

#endif
