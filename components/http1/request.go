package http1

import (
	"context"
	"slices"
	"time"
)

// A Request is one HTTP request, sent by the parser as soon as its head is
// complete. Its strings are ordinary Go strings and may be kept for ever; the
// Request itself belongs to the stage that holds it, and no stage changes one it
// has passed on.
type Request struct {
	// Method is the request method as sent; it is case-sensitive.
	Method string

	// Target is the request-target as sent: origin-form, absolute-form,
	// authority-form (CONNECT) or "*" (RFC 9112 section 3.2).
	Target string

	// Path is the target's path, percent-decoded, with dot segments resolved.
	// It starts with a slash, or is "*" for OPTIONS *, or "" for CONNECT.
	Path string

	// RawPath is the path as sent, before decoding.
	RawPath string

	// Query is what follows the first "?" of the target, not decoded.
	Query string

	// Host is the authority the request is for: from an absolute-form target,
	// else from the Host field; "" only in HTTP/1.0.
	Host string

	// Major and Minor are the protocol version the client spoke. Major is 1, or 2
	// where package http2 has brought the request.
	Major, Minor int

	// Header holds the request's fields.
	Header Header

	// ContentLength is the body's length in bytes, -1 if it is chunked, 0 if
	// there is none.
	ContentLength int64

	// Body is the request's body, or nil if there is none. A handler may leave
	// it unread.
	Body *Body

	// Close says that no further request is read from the connection: the
	// client asked for it, or did not ask for keep-alive in HTTP/1.0.
	Close bool

	// User is the name of the user that a filter on the way has authenticated,
	// "" if none has. It may hold any characters but control characters.
	User string

	// AuthType is the scheme by which User was authenticated, such as "Basic"
	// (RFC 9110 section 11.1); "" if User is.
	AuthType string

	// Conn tells of the connection the request came by; nil in a test.
	Conn *Conn

	flight *Flight // where its place among the answers is
	turn   uint64  // that place

	expect100 bool // the client waits for 100 before it sends the body
	began     time.Time
	watch     *stopwatch // nil if nobody asks
	stream    uint64     // its number on the connection, where that is no turn
	trustID   bool       // an ID that the client has sent counts
	origin    *Request   // that this is a Clone of; nil if it is none
	redirects int        // see Redirect
}

// Context ends when the client has gone, or the connection is shut down. What is
// done for the request's sake can stop then.
func (r *Request) Context() context.Context {
	if r.Conn == nil {
		return context.Background()
	}
	return r.Conn.context()
}

// Clone returns a copy, to be changed and sent on in the request's place. It
// has a Header of its own, and shares the Body with the original.
func (r *Request) Clone() *Request {
	c := *r
	c.Header, c.origin = slices.Clone(c.Header), r.Origin()
	return &c
}

// TakesRaw reports whether the answer may be a raw one: see Response.Raw. It may
// where a Parser has brought the request and a Writer waits for its answer, which
// in HTTP/2 is not so.
func (r *Request) TakesRaw() bool { return r.flight != nil }
