/* The limits of protocol/limits.def, as constants LIMIT_<NAME>; long, since sequence numbers have one. */
#ifndef DOMAIN_LIMITS_H
#define DOMAIN_LIMITS_H

#define LIMIT(name, value, summary) __extension__ enum { LIMIT_##name = (value) };
#include "limits.def"
#undef LIMIT

#endif
