package cgi

import (
	"errors"
	"fmt"
	"strings"
	"sync"
)

// A ScriptError tells what went wrong with a script. It is the cause of the
// failure that comes to the error component, and what is logged.
type ScriptError struct {
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
	fmt.Fprintf(&sb, "cgi: %s", e.Script)
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

var (
	errGone   = errors.New("the client has gone")
	errFirst  = errors.New("it said nothing in time")
	errIdle   = errors.New("it was silent for too long")
	errRun    = errors.New("it ran for too long")
	errOutput = errors.New("it said too much")
	errSilent = errors.New("it ended without a complete head")
	errLoop   = errors.New("its redirects lead round in a circle")
	errNoSite = errors.New("it leads to another resource, and there is nobody to ask for that")
)

// A tail keeps the end of what a script says on its standard error.
type tail struct {
	mu   sync.Mutex
	text []byte
}

// mostTail is how much of it is kept, in bytes.
const mostTail = 8 << 10

func (t *tail) add(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(append(t.text, line...), '\n')
	if over := len(t.text) - mostTail; over > 0 {
		t.text = append(t.text[:0], t.text[over:]...)
	}
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSuffix(string(t.text), "\n")
}
