package tcp

import (
	"sync"
)

// A Chunk is what the socket said: bytes, or that something else happened. It
// belongs to whoever received it, who calls Release when it needs Data no more.
type Chunk struct {
	// Data are the bytes that came, empty if Event says something else.
	Data []byte

	// Event tells what happened if no bytes came.
	Event Event

	buf *[]byte
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
	// Reset: the connection broke. It is the last thing the reader says.
	Reset
)

// Sizes of the buffers that chunks lie in: most requests fit the small one, and
// an upload soon gets the large one.
const (
	smallChunk = 4 << 10
	largeChunk = 64 << 10
)

// Buffers wait for their next use here; an idle connection has none.
var (
	smallBuffers = sync.Pool{New: func() any { b := make([]byte, smallChunk); return &b }}
	largeBuffers = sync.Pool{New: func() any { b := make([]byte, largeChunk); return &b }}
	chunks       = sync.Pool{New: func() any { return new(Chunk) }}
)

func newChunk(large bool) *Chunk {
	c := chunks.Get().(*Chunk)
	if large {
		c.buf = largeBuffers.Get().(*[]byte)
	} else {
		c.buf = smallBuffers.Get().(*[]byte)
	}
	c.Event, c.Data = Bytes, (*c.buf)[:0]
	return c
}

// Release gives the chunk and its bytes back. Neither may be used after it.
func (c *Chunk) Release() {
	switch {
	case c.buf == nil:
	case len(*c.buf) == largeChunk:
		largeBuffers.Put(c.buf)
	default:
		smallBuffers.Put(c.buf)
	}
	*c = Chunk{}
	chunks.Put(c)
}
