package http1

import (
	"math/rand/v2"
	"strconv"
)

// RequestIDField is the field by which a request's ID travels. No standard knows
// it; proxies and applications do.
const RequestIDField = "X-Request-Id"

// mostID is the longest ID that is taken from a client, in bytes.
const mostID = 128

// ID returns a name for the request by which it can be found in logs: the one
// that came with it, if that is trusted and has a fit form, or else one that is
// made of a random number for the connection and the request's place on it, such
// as "2kq0c1bmz8ygf-3". It is the same whenever it is asked for, and costs nothing
// if it is not. It is "" for a request that came by no connection.
func (r *Request) ID() string {
	if r.trustID {
		if id := r.Header.Get(RequestIDField); fitID(id) {
			return id
		}
	}
	if r.Conn == nil {
		return ""
	}
	b := strconv.AppendUint(make([]byte, 0, 24), r.Conn.serial(), 36)
	return string(strconv.AppendUint(append(b, '-'), uint64(r.place()), 10))
}

// place returns the request's number on its connection, from 1 on.
func (r *Request) place() uint64 {
	if r.stream > 0 {
		return r.stream
	}
	return uint64(r.turn) + 1
}

// fitID reports whether an ID that a client has sent may be used: it can be
// written into logs and fields as it is.
func fitID(id string) bool {
	if id == "" || len(id) > mostID {
		return false
	}
	for i := range len(id) {
		switch c := id[i]; {
		case isDigit(c), 'a' <= c|0x20 && c|0x20 <= 'z':
		case c == '-' || c == '_' || c == '.' || c == '~' || c == ':' || c == '/' || c == '+' || c == '=' || c == '@':
		default:
			return false
		}
	}
	return true
}

// serial returns a random number that stands for the connection.
func (c *Conn) serial() uint64 {
	if c.whole != nil {
		return c.whole.serial()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.number == 0 {
		c.number = rand.Uint64()
	}
	return c.number
}
