// Package axontest tests a component at its ends: it feeds the inboxes, reads the
// outboxes and sees how Main ends, with no sockets and no sleeping.
//
//	u := &Upper{}
//	h := axontest.Run(t, u)
//	axontest.Send(h, &u.Inbox, "a", "b")
//	if got := axontest.Recv(h, &u.Outbox); got != "A" { ... }
//	h.Finish()
//	got := axontest.Rest(h, &u.Outbox) // all others, until the outbox has finished
//	err := h.Wait()
//
// Around the component lies a real graph: each inbox is fed by a part, and each
// outbox collected by one, without limit, unless Hold says otherwise. Nothing
// differs between a test inside testing/synctest and one outside, but that the
// first has its own clock and can Settle at no cost.
//
// Conform checks what every component owes to its graph: that it ends when it is
// told to, whatever it is doing, and leaves nothing behind. Main is the gate
// against leaked goroutines for a package's tests.
package axontest
