// Package schedule says when a checker looks again, and what its results mean. It
// has neither a clock nor anything to wait for.
//
// What keepalived 2.2.7 does, as seen with servers that fail when they are told
// to:
//
//   - The first attempt is a second after the start, and up to warmup later.
//   - An attempt that succeeds counts at once. While a server is up, one that
//     fails is followed by retry more, delay_before_retry apart, and only when all
//     have failed the server is down. Before there is a result, one is enough.
//   - The next attempt is delay_loop after the end of the last one; with MISC_CHECK
//     after its beginning, or at its end if that is later.
//   - While the server is down, there is one attempt each delay_loop, but TCP_CHECK
//     and SMTP_CHECK have their retries then, too.
//   - SMTP_CHECK has its retries even before the first result.
//   - HTTP_GET and SSL_GET ask for one url each time. The server comes up when all
//     have succeeded. A url that has put it down is asked for alone, each
//     delay_loop or delay_before_retry, whichever is longer. Once it succeeds the
//     whole list is, from its beginning, and now a failure is followed by
//     attempts at that url delay_before_retry apart until it succeeds.
//     fast_recovery asks for the next url at once, as long as the server is not up.
//   - An attempt that fails for a reason of this host's (no such address for
//     bindto, no such interface) says nothing about the server; the next one is
//     delay_loop later.
package schedule
