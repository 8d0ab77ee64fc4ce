/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account/session_json.h - the accounts of a session as the JSON text that is sealed.
 */
#pragma once

#include "account/session.h"

void session_json_write(const Session *session, Buf *out);

/* Fills accounts and n_accounts, texts in arena. False: not what session_json_write() writes. */
bool session_json_read(Str json, Arena *arena, Session *session) MUST_CHECK;
