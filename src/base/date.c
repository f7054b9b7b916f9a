#include "base/date.h"

#include <stdio.h>

#define DAY_SECONDS 86400

/* What is left to read. */
struct date_reader {
    const char *at, *end;
};

static bool date_is_digit(const struct date_reader *reader)
{
    return reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9';
}

/* Exactly `count` digits, whose value lies between min and max. */
static bool date_number(struct date_reader *reader, int count, int min, int max, int *out_number)
{
    int number = 0;
    for (int i = 0; i < count; i++) {
        if (!date_is_digit(reader))
            return false;
        number = number * 10 + (*reader->at++ - '0');
    }
    *out_number = number;
    return number >= min && number <= max;
}

/* One of two characters: RFC 3339 takes `T` and `Z` in either case. */
static bool date_char(struct date_reader *reader, char either, char other)
{
    if (reader->at == reader->end || (*reader->at != either && *reader->at != other))
        return false;
    reader->at++;
    return true;
}

static int date_month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

/* Days since 1970 of a date of the proleptic Gregorian calendar. The year is moved to begin in March, so that
 * the leap day is its last and months follow one line; an era is the 400 years after which the calendar
 * repeats. */
static int64_t date_to_days(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void date_from_days(int64_t days, int *out_year, int *out_month, int *out_day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    *out_day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    *out_month = (int)(month < 10 ? month + 3 : month - 9);
    *out_year = (int)(year_of_era + era * 400 + (*out_month <= 2));
}

/* A point and at least one digit, where there is a point. */
static bool date_fraction(struct date_reader *reader, int *out_ms)
{
    int ms = 0;
    if (date_char(reader, '.', '.')) {
        if (!date_is_digit(reader))
            return false;
        for (int unit = 100; date_is_digit(reader); unit /= 10)
            ms += unit * (*reader->at++ - '0');
    }
    *out_ms = ms;
    return true;
}

static bool date_offset(struct date_reader *reader, int *out_seconds)
{
    *out_seconds = 0;
    if (date_char(reader, 'Z', 'z'))
        return true;
    bool west = date_char(reader, '-', '-');
    int hour, minute;
    if ((!west && !date_char(reader, '+', '+')) || !date_number(reader, 2, 0, 23, &hour) ||
        !date_char(reader, ':', ':') || !date_number(reader, 2, 0, 59, &minute))
        return false;
    *out_seconds = (hour * 3600 + minute * 60) * (west ? -1 : 1);
    return true;
}

bool date_parse(const char *text, size_t size, int64_t *out_ms)
{
    struct date_reader reader = {text, text + size};
    int year, month, day, hour, minute, second, ms, offset;
    if (!date_number(&reader, 4, 0, 9999, &year) || !date_char(&reader, '-', '-') ||
        !date_number(&reader, 2, 1, 12, &month) || !date_char(&reader, '-', '-') ||
        !date_number(&reader, 2, 1, date_month_days(year, month), &day) || !date_char(&reader, 'T', 't') ||
        !date_number(&reader, 2, 0, 23, &hour) || !date_char(&reader, ':', ':') ||
        !date_number(&reader, 2, 0, 59, &minute) || !date_char(&reader, ':', ':') ||
        !date_number(&reader, 2, 0, 59, &second) || !date_fraction(&reader, &ms) ||
        !date_offset(&reader, &offset) || reader.at != reader.end)
        return false;
    int64_t seconds =
        date_to_days(year, month, day) * DAY_SECONDS + hour * 3600 + minute * 60 + second - offset;
    int64_t instant = seconds * 1000 + ms;
    if (instant < DATE_MIN || instant > DATE_MAX)
        return false;
    *out_ms = instant;
    return true;
}

void date_format(int64_t ms, char out_text[DATE_ROOM])
{
    ms = ms < DATE_MIN ? DATE_MIN : ms > DATE_MAX ? DATE_MAX : ms;
    int fraction = (int)(((ms % 1000) + 1000) % 1000);
    int64_t seconds = (ms - fraction) / 1000;
    int of_day = (int)(((seconds % DAY_SECONDS) + DAY_SECONDS) % DAY_SECONDS);
    int year, month, day;
    date_from_days((seconds - of_day) / DAY_SECONDS, &year, &month, &day);
    /* The remainders say to the compiler how many digits there can be. */
    int size = snprintf(out_text, DATE_ROOM, "%04u-%02u-%02uT%02u:%02u:%02u", (unsigned)year % 10000,
                        (unsigned)month % 100, (unsigned)day % 100, (unsigned)(of_day / 3600) % 100,
                        (unsigned)(of_day / 60) % 60, (unsigned)of_day % 60);
    if (fraction)
        size += snprintf(out_text + size, DATE_ROOM - (size_t)size, ".%03u", (unsigned)fraction % 1000);
    snprintf(out_text + size, DATE_ROOM - (size_t)size, "Z");
}
