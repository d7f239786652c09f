package fastcgi

import (
	"encoding/binary"
	"fmt"

	"github.com/kamaelia-go/kamaelia/components/gateway"
)

// Types of records (FastCGI 1.0 section 8).
const (
	typeBegin  = 1
	typeAbort  = 2
	typeEnd    = 3
	typeParams = 4
	typeStdin  = 5
	typeStdout = 6
	typeStderr = 7
)

// What a protocol status says (section 5.5).
const (
	statusComplete     = 0
	statusCantMultiple = 1
	statusOverloaded   = 2
	statusUnknownRole  = 3
)

const (
	version    = 1
	requestID  = 1 // one request at a time has a connection
	headerSize = 8
	endSize    = 8 // of the body of an end record
)

// answers takes the records of a connection apart. What is in them is passed on as
// it comes, so that a record may be larger than the buffer of the connection.
type answers struct {
	kind    byte
	ignored bool // it is of a type that nobody knows, or for management
	content int  // that is still to come of a record
	padding int
}

// Next implements gateway.Answers.
func (a *answers) Next(b []byte) (e gateway.Event, n int, err error) {
	if a.content == 0 && a.padding > 0 {
		n = min(a.padding, len(b))
		a.padding -= n
		return e, n, nil
	}
	if a.content == 0 {
		return a.header(b)
	}
	if a.kind == typeEnd && !a.ignored {
		return a.end(b)
	}
	n = min(a.content, len(b))
	a.content -= n
	switch {
	case a.ignored:
	case a.kind == typeStdout:
		e.Output = b[:n]
	case a.kind == typeStderr:
		e.Errors = b[:n]
	}
	return e, n, nil
}

// header takes the header of a record (section 3.3).
func (a *answers) header(b []byte) (e gateway.Event, n int, err error) {
	if len(b) > 0 && b[0] != version {
		return e, 0, fmt.Errorf("it does not speak FastCGI: a record of version %d, want 1", b[0])
	}
	if len(b) < headerSize {
		return e, 0, nil
	}
	a.kind = b[1]
	id := binary.BigEndian.Uint16(b[2:])
	a.content, a.padding = int(binary.BigEndian.Uint16(b[4:])), int(b[6])
	switch a.kind {
	case typeEnd, typeStdout, typeStderr:
		// A connection has one request: with the answer to another one it may never
		// be told who gets what.
		if id != requestID {
			return e, 0, fmt.Errorf("a record for request %d, and there is none but %d", id, requestID)
		}
		a.ignored = false
	default:
		a.ignored = true
	}
	if a.kind == typeEnd && a.content < endSize {
		return e, 0, fmt.Errorf("an end record of %d bytes, want %d", a.content, endSize)
	}
	return e, headerSize, nil
}

// end takes the body of an end record (section 5.5), and its padding, if it is
// there: then the connection can be used again.
func (a *answers) end(b []byte) (e gateway.Event, n int, err error) {
	if len(b) < endSize {
		return e, 0, nil
	}
	e.Done = true
	a.content -= endSize
	a.ignored = true // what follows of it
	if app := int32(binary.BigEndian.Uint32(b)); app != 0 {
		e.Why = fmt.Errorf("it ended with status %d", app)
	}
	switch b[4] {
	case statusComplete:
	case statusOverloaded:
		e.Status, e.Why = 503, fmt.Errorf("it is overloaded")
	case statusCantMultiple:
		e.Status, e.Why = 502, fmt.Errorf("it takes no more than one request on a connection at once, and has got no more")
	case statusUnknownRole:
		e.Status, e.Why = 502, fmt.Errorf("it is no responder")
	default:
		e.Status, e.Why = 502, fmt.Errorf("protocol status %d", b[4])
	}
	n = endSize
	rest := min(a.content+a.padding, len(b)-n)
	skipped := min(a.content, rest)
	a.content -= skipped
	a.padding -= rest - skipped
	return e, n + rest, nil
}
