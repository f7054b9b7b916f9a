/* The part of a room that follows the store: loads, events, waits. For room.c alone. */
#ifndef LIVE_ROOM_FOLLOW_H
#define LIVE_ROOM_FOLLOW_H

#include "live/room.h"

void room_follow(struct room *room);
void room_unfollow(struct room *room);
void room_fail_waits(struct room *room, enum error error);
/* Whether it waits for a version that the view has not reached. */
bool room_wait_is_behind(const struct room_wait *wait);
/* Asks for the ballots of a person here where they are not there, and of everyone. */
void room_read_person(struct room *room, struct room_person *person);
void room_read_people(struct room *room);

#endif
