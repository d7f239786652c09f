package gateway

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A ScriptError tells what went wrong with a script. It is the cause of the
// failure that comes to the error component, and what is logged.
type ScriptError struct {
	// Gateway is how the script was asked: "cgi", "fastcgi", "scgi" or "uwsgi".
	Gateway string

	// Script is the path by which the script was asked for.
	Script string

	// Request is the request's ID: see http1.Request.ID.
	Request string

	// Err says what went wrong; nil for a line of standard error that is logged.
	Err error

	// Stderr is the end of what the script has said on its standard error; or the
	// line that is logged.
	Stderr string
}

// Error tells it in one line, and what the script said in those behind it.
func (e *ScriptError) Error() string {
	var sb strings.Builder
	fmt.Fprintf(&sb, "%s: %s", e.Gateway, e.Script)
	if e.Request != "" {
		fmt.Fprintf(&sb, " (%s)", e.Request)
	}
	if e.Err != nil {
		fmt.Fprintf(&sb, ": %v", e.Err)
	}
	switch {
	case e.Err == nil:
		fmt.Fprintf(&sb, ": %s", e.Stderr)
	case e.Stderr != "":
		fmt.Fprintf(&sb, "; it said:\n%s", e.Stderr)
	}
	return sb.String()
}

// Unwrap returns Err.
func (e *ScriptError) Unwrap() error { return e.Err }

// What may be wrong, for whoever makes a ScriptError of it.
var (
	ErrGone   = errors.New("the client has gone")
	ErrFirst  = errors.New("it said nothing in time")
	ErrIdle   = errors.New("it was silent for too long")
	ErrRun    = errors.New("it ran for too long")
	ErrSilent = errors.New("it ended without a complete head")
	ErrShort  = errors.New("its body is shorter than its Content-Length")
)

var (
	errHeadLarge = errors.New("the head of the request is too large for the protocol")
	errOutput    = errors.New("it said too much")
	errLoop      = errors.New("its redirects lead round in a circle")
	errNoSite    = errors.New("it leads to another resource, and there is nobody to ask for that")
)

// A Tail keeps the end of what a script says on its standard error.
type Tail struct {
	mu   sync.Mutex
	text []byte
}

// mostTail is how much of it is kept, in bytes.
const mostTail = 8 << 10

// Add adds a line.
func (t *Tail) Add(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(append(t.text, line...), '\n')
	if over := len(t.text) - mostTail; over > 0 {
		t.text = append(t.text[:0], t.text[over:]...)
	}
}

// String returns the last lines.
func (t *Tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSuffix(string(t.text), "\n")
}

// Refuse returns a failure as an error.
func Refuse(status int, format string, args ...any) error {
	return &http1.Failure{Status: status, Cause: fmt.Errorf(format, args...)}
}
