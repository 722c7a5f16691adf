/*
 * handlers.h - the handlers of the endpoint table (endpoints.c): each answers its exchange, now or later.
 */
#ifndef API_HANDLERS_H
#define API_HANDLERS_H

struct exchange;

void exchange_carry_out(struct exchange *x);
void exchange_entity(struct exchange *x);
void poll_request(struct exchange *x);
void events_request(struct exchange *x);
void board_request(struct exchange *x);
void stream_request(struct exchange *x);
void photo_request(struct exchange *x);
void report_request(struct exchange *x);
void relay_receipt(struct exchange *x);
void relay_exchange(struct exchange *x);
void session_get(struct exchange *x);
void session_open(struct exchange *x);
void session_close(struct exchange *x);
void page_healthz(struct exchange *x);
void page_readyz(struct exchange *x);
void page_metrics(struct exchange *x);
void page_openapi(struct exchange *x);
void page_asset(struct exchange *x);
void plain_list(struct exchange *x);
void plain_sign_in(struct exchange *x);
void plain_act(struct exchange *x);

#endif
