package tcp

import (
	"net"
	"sync"
)

// A Chunk is what the socket said: bytes, or that something else happened. It
// belongs to whoever received it, who calls Release when it needs Data no more.
type Chunk struct {
	// Data are the bytes that came, empty if Event says something else.
	Data []byte

	// Event tells what happened if no bytes came.
	Event Event

	// Conn is the connection that comes with Opened.
	Conn net.Conn

	buf     []byte // stays with the chunk; nil for one that tells of an event
	inquiry inquiry
}

// An Event is something that happens to a connection beside the coming of bytes.
type Event uint8

// The events.
const (
	// Bytes have come.
	Bytes Event = iota
	// Timeout: the read deadline has passed. It is off until someone sets it
	// anew; the reader goes on reading.
	Timeout
	// Closing: the server wants to come to an end. What has begun may go on.
	Closing
	// Reset: the connection broke. It is the last thing the reader says of it.
	Reset
	// Opened: the last connection is over, and another one begins.
	Opened
)

// Sizes of the buffers that chunks lie in: most requests fit the small one, and
// an upload soon gets the large one.
const (
	smallChunk = 4 << 10
	largeChunk = 64 << 10
)

// Chunks wait for their next use here, with their buffers; an idle connection has
// none.
var (
	smallChunks = sync.Pool{New: func() any { return &Chunk{buf: make([]byte, smallChunk)} }}
	largeChunks = sync.Pool{New: func() any { return &Chunk{buf: make([]byte, largeChunk)} }}
)

func newChunk(large bool) *Chunk {
	if large {
		return largeChunks.Get().(*Chunk)
	}
	return smallChunks.Get().(*Chunk)
}

// Release gives the chunk and its bytes back. Neither may be used after it.
func (c *Chunk) Release() {
	c.Data, c.Event, c.Conn = nil, Bytes, nil
	switch len(c.buf) {
	case smallChunk:
		smallChunks.Put(c)
	case largeChunk:
		largeChunks.Put(c)
	}
}
