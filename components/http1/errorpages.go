package http1

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"strconv"
	"strings"

	"github.com/kamaelia-go/kamaelia/axon"
)

// ErrorHandler holds the boxes of an error component, to be embedded:
//
//	type JSONErrors struct{ http1.ErrorHandler }
//
//	func (e *JSONErrors) Main(ctx context.Context) error {
//		for f := range e.Inbox.All(ctx) {
//			resp := http1.Text(f.Request, f.Status, `{"status": ...}`)
//			if err := e.Outbox.Send(ctx, resp); err != nil {
//				return err
//			}
//		}
//		return nil
//	}
//
// Every failure of every stage comes to its Inbox, and it sends one Response for
// each. Whatever goes wrong with it, the client gets a plain answer: see Guard.
type ErrorHandler struct {
	axon.Base

	// Inbox takes the failures. The Guard puts one after the other.
	Inbox axon.Inbox[*Failure] `axon:"size=2"`

	// Outbox carries one response for each, with the failure's Request.
	Outbox axon.Outbox[*Response]
}

var _ axon.Loser = (*ErrorHandler)(nil)

// An ErrorPart is a component that embeds ErrorHandler.
type ErrorPart interface {
	axon.Component
	ErrorBoxes() *ErrorHandler
}

// ErrorBoxes returns the boxes, for the graph that links them.
func (e *ErrorHandler) ErrorBoxes() *ErrorHandler { return e }

// Lost answers the failure that Main failed on with plain words.
func (e *ErrorHandler) Lost(ctx context.Context, _ *axon.Fault) {
	if f, ok := e.Inbox.InHand(); ok {
		_ = e.Outbox.Send(ctx, Plain(f))
	}
}

// ErrorPages is the error component that is used unless another is given. It
// answers with a small page, or with text where the client prefers that.
type ErrorPages struct {
	ErrorHandler

	// Debug shows the cause and the stage of the failure on the page.
	Debug bool
}

var _ ErrorPart = (*ErrorPages)(nil)

// Main implements axon.Component.
func (e *ErrorPages) Main(ctx context.Context) error {
	for f := range e.Inbox.All(ctx) {
		if err := e.Outbox.Send(ctx, e.Page(f)); err != nil {
			return err
		}
	}
	return nil
}

// Page returns the answer to a failure.
func (e *ErrorPages) Page(f *Failure) *Response {
	if e.Debug || strings.Contains(f.Request.Header.Get("Accept"), "text/html") {
		return e.html(f)
	}
	return Plain(f)
}

func (e *ErrorPages) html(f *Failure) *Response {
	view := struct {
		Status              int
		Title, Stage, Cause string
	}{Status: f.Status, Title: StatusText(f.Status)}
	if view.Title == "" {
		view.Title = "Status " + strconv.Itoa(f.Status)
	}
	if e.Debug {
		view.Stage, view.Cause = f.Stage, fmt.Sprint(f.Cause)
	}
	var page bytes.Buffer
	if err := errorPage.Execute(&page, view); err != nil {
		return Plain(f)
	}
	return &Response{
		Request: f.Request,
		Status:  f.Status,
		Header:  Header{{"Content-Type", "text/html; charset=utf-8"}},
		Bytes:   page.Bytes(),
	}
}

var errorPage = template.Must(template.New("error").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Status}} {{.Title}}</title>
<style>
  :root { color-scheme: light dark }
  body { font: 1.125rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 18vh auto 0; padding: 0 1.5rem }
  h1 { font-size: 1.75rem; font-weight: 600; margin: 0 }
  h1 small { display: block; font-size: 1rem; font-weight: 400; opacity: .7 }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .9rem; border-left: 3px solid; padding-left: 1rem }
</style>
<h1><small>{{.Status}}</small> {{.Title}}</h1>
{{- if .Cause}}
<p>{{.Stage}}</p>
<pre>{{.Cause}}</pre>
{{- end}}
</html>
`))
