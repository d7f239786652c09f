package wsgi

import (
	"errors"
	"fmt"
	"strings"
)

// An AppError tells what went wrong with an application. It is the cause of the
// failure that comes to the error component, and what is logged.
type AppError struct {
	// Protocol is the one that it is called by: "wsgi" or "asgi".
	Protocol string

	// App names the application: "module:callable".
	App string

	// Request is the request's ID: see http1.Request.ID. It is "" for what was
	// about no request.
	Request string

	// Err says what went wrong; nil for a line that is logged.
	Err error

	// Text is the traceback, if there is one; or the line that is logged.
	Text string
}

// Error tells it in one line, and the traceback in those behind it.
func (e *AppError) Error() string {
	var sb strings.Builder
	sb.WriteString(e.Protocol + ": " + e.App)
	if e.Request != "" {
		fmt.Fprintf(&sb, " (%s)", e.Request)
	}
	if e.Err != nil {
		fmt.Fprintf(&sb, ": %v", e.Err)
	}
	switch {
	case e.Text == "", e.Err != nil && strings.TrimSpace(e.Text) == e.Err.Error(): // a traceback of nothing but that line
	case e.Err == nil:
		sb.WriteString(": " + e.Text)
	default:
		sb.WriteString("\n" + e.Text)
	}
	return sb.String()
}

// Unwrap returns Err.
func (e *AppError) Unwrap() error { return e.Err }

// A raised is an exception of the application's.
type raised string

func (r raised) Error() string { return string(r) }

// A bodyError says that a request's body broke off.
type bodyError struct{ Err error }

func (b *bodyError) Error() string { return "the request's body broke off: " + b.Err.Error() }
func (b *bodyError) Unwrap() error { return b.Err }

// ErrImport is what a worker fails by, at each try, as long as the application can not
// be imported or its Python not be run. Why is an *AppError in the Log, which comes when
// it changes.
var ErrImport = errors.New("wsgi: the application can not be imported, or its Python not be run")

var (
	errQueue   = errors.New("all workers are busy, and the queue for them is full")
	errWait    = errors.New("all workers are busy, and none was free in time")
	errGone    = errors.New("the client has gone")
	errNobody  = errors.New("its workers do not run")
	errStopped = errors.New("the connection is shut down")
	errFull    = errors.New("the queue of the worker is full")
	errSilent  = errors.New("it said nothing in time, and its worker is replaced")
	errLate    = errors.New("it said nothing in time, and was given up")
	errStuck   = errors.New("it does not give a request up, and its worker is replaced")
	errDied    = errors.New("its worker has ended in the middle of it")
	errLarge   = errors.New("the head of the request is too large for a worker")
)
