package http1

import (
	"errors"
	"fmt"
	"time"
)

// Limits bounds what one client can make the server hold or wait for. The zero
// value is safe to serve the open internet with: every zero field means the
// default that its comment names.
type Limits struct {
	// Target is the longest request-target, in bytes. A longer one is answered
	// 414 (RFC 9110 section 15.5.15). Default 8 KiB.
	Target int

	// Head is the largest head of a request, in bytes: request line, fields and
	// all line ends. A larger one is answered 431 (RFC 6585 section 5).
	// Default 16 KiB.
	Head int

	// Fields is the largest number of field lines in a head, and again in a
	// trailer section. More are answered 431. Default 100.
	Fields int

	// Body is the largest request body, in bytes after chunked decoding. A
	// larger one is answered 413 (RFC 9110 section 15.5.14), as soon as its
	// length is known. Zero means no limit.
	Body int64

	// ChunkLine is the longest chunk-size line with its extensions, in bytes
	// without the line end. A longer one is answered 400 (RFC 9112 section
	// 7.1.1). Default 256.
	ChunkLine int

	// Trailer is the largest trailer section of a chunked body, in bytes with
	// all line ends. A larger one is answered 431. Default 4 KiB.
	Trailer int

	// Drain is how much of a body that nobody reads is read and thrown away to
	// keep the connection, in bytes. Default 256 KiB.
	Drain int64

	// Pipeline is how many requests of one connection may be under way at once
	// (RFC 9112 section 9.3.2). Default 16.
	Pipeline int

	// HeadTime bounds the time from the first byte of a head to its last. A
	// slower head is answered 408. Default 10 s; negative means no limit.
	HeadTime time.Duration

	// BodyTime bounds the time between two reads of a body. Default 30 s;
	// negative means no limit.
	BodyTime time.Duration

	// BodyRate is how many bytes of a body have to come in a second, taken over
	// each BodyTime; time in which the handler does not read does not count. A
	// slower body is answered 408. Default 240; negative means no limit.
	BodyRate int64

	// Requests is how many requests one connection may bring. The answer to the
	// last one says Connection: close. Zero means no limit.
	Requests int

	// Idle bounds the time a connection waits for its next request. Default
	// 60 s; negative means no limit.
	Idle time.Duration

	// Stall bounds the time a write to the client may make no progress. Default
	// 30 s; negative means no limit.
	Stall time.Duration
}

// Validate reports every field whose value makes no sense.
func (l *Limits) Validate() error {
	var faults []error
	check := func(name string, value int64) {
		if value < 0 {
			faults = append(faults, fmt.Errorf("http1: limit %s is negative: %d", name, value))
		}
	}
	check("Target", int64(l.Target))
	check("Head", int64(l.Head))
	check("Fields", int64(l.Fields))
	check("Body", l.Body)
	check("ChunkLine", int64(l.ChunkLine))
	check("Trailer", int64(l.Trailer))
	check("Drain", l.Drain)
	check("Pipeline", int64(l.Pipeline))
	check("Requests", int64(l.Requests))
	if l.Target > 0 && l.head() <= l.Target {
		faults = append(faults, fmt.Errorf(
			"http1: limit Target (%d) leaves no room within limit Head (%d)", l.Target, l.head()))
	}
	return errors.Join(faults...)
}

// Applied returns the limits with the defaults in the place of zeros, and zeros
// where there is no limit: for other servers than the Parser.
func (l Limits) Applied() Limits {
	return Limits{
		Target: l.target(), Head: l.head(), Fields: l.fields(), Body: max(l.Body, 0), ChunkLine: l.chunkLine(), Trailer: l.trailer(),
		Drain: l.drain(), Pipeline: l.pipeline(), HeadTime: l.headTime(), BodyTime: l.bodyTime(), BodyRate: l.bodyRate(),
		Requests: max(l.Requests, 0), Idle: l.idle(), Stall: l.stall(),
	}
}

// The methods below apply the defaults.

func (l *Limits) target() int             { return orDefault(l.Target, 8<<10) }
func (l *Limits) head() int               { return orDefault(l.Head, 16<<10) }
func (l *Limits) fields() int             { return orDefault(l.Fields, 100) }
func (l *Limits) chunkLine() int          { return orDefault(l.ChunkLine, 256) }
func (l *Limits) trailer() int            { return orDefault(l.Trailer, 4<<10) }
func (l *Limits) drain() int64            { return orDefault(l.Drain, 256<<10) }
func (l *Limits) pipeline() int           { return orDefault(l.Pipeline, 16) }
func (l *Limits) allowsBody(n int64) bool { return l.Body <= 0 || n <= l.Body }

// The times are zero where there is no limit.

func (l *Limits) headTime() time.Duration { return orNone(l.HeadTime, 10*time.Second) }
func (l *Limits) bodyTime() time.Duration { return orNone(l.BodyTime, 30*time.Second) }
func (l *Limits) idle() time.Duration     { return orNone(l.Idle, 60*time.Second) }
func (l *Limits) stall() time.Duration    { return orNone(l.Stall, 30*time.Second) }

// bodyRate is zero where there is no limit.
func (l *Limits) bodyRate() int64 {
	if l.BodyRate == 0 {
		return 240
	}
	return max(l.BodyRate, 0)
}

// Boxes is how many messages a box must hold that lies on the ring of Writer and
// Guard: one for each request that may be under way, and some for interim ones.
func (l *Limits) Boxes() int { return l.pipeline() + 8 }

// FirstTime is how long to wait for the first byte of a connection: as long as
// for a whole head.
func (l *Limits) FirstTime() time.Duration { return l.headTime() }

// orDefault returns the value, or the default if the value is not positive.
func orDefault[T int | int64](value, otherwise T) T {
	if value <= 0 {
		return otherwise
	}
	return value
}

// orNone returns the value, the default if the value is zero, and zero if it is
// negative.
func orNone(value, otherwise time.Duration) time.Duration {
	if value == 0 {
		return otherwise
	}
	return max(value, 0)
}
