package cgi

import (
	"io"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/gateway"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/process"
)

// A call is one run of a script for one request. Its parts share it.
type call struct {
	handler *Handler
	dir     *Dir
	req     *http1.Request
	script  *script
	body    io.ReadCloser // nil if there is none
	length  int64
	run     *process.Process // nil if it was not made

	moved atomic.Int64 // when a piece of the body came last, in Unix nanoseconds
	tail  gateway.Tail // of the standard error
	once  sync.Once    // for release
}

// graph is the graph of one run.
//
//	INPUT ─▶ SCRIPT ─▶ REPLY ─▶ the handler's outbox, or its failures
//	   │        ├─ ended ─▶ ▲ ▲
//	   │        └─ errors ─▶ STDERR ─▶ the log
//	   └─ faults ─────────▶ REPLY
func (c *call) graph() (*axon.Graph, error) {
	program := process.Program{
		Path: c.script.file, Args: c.dir.arguments(c.req), Dir: filepath.Dir(c.script.file),
		Env: c.dir.variables(c.req, c.script, c.length), User: c.dir.User, Root: c.dir.Root,
		Limits: c.dir.Resources, Grace: c.dir.grace(), Linger: c.dir.linger(),
		NoInput: c.body == nil,
	}
	if c.script.interpreter != "" {
		program.Path, program.Args = c.script.interpreter, append([]string{c.script.file}, program.Args...)
	}
	if change := c.handler.Change; change != nil {
		if err := change(c.req, &program); err != nil {
			return nil, err
		}
	}
	run, said := process.New(program), &lines{call: c}
	c.run = run
	answer := &reply{call: c, done: run.Done}
	g := &axon.Graph{
		Name: "script " + c.script.name,
		Parts: axon.Parts{
			{Name: "SCRIPT", Component: run, Policy: axon.Policy{Then: axon.StopPart}},
			{Name: "STDERR", Component: said, Policy: axon.Policy{Then: axon.StopPart}, Lazy: true},
			{Name: "REPLY", Component: answer},
		},
		Links: axon.Links{
			axon.Link(&run.Outbox, &answer.Inbox),
			axon.Link(&run.Errors, &said.Inbox),
			axon.Link(&said.Said, &answer.Said),
			axon.Link(&run.Ended, &answer.Ended),
			axon.Back(&answer.Control, &run.Control),
		},
	}
	if c.body == nil {
		g.Links = append(g.Links, axon.NoInput(&run.Inbox), axon.NoInput(&answer.Faults))
	} else {
		in := &input{call: c}
		g.Parts = append(g.Parts, axon.Part{Name: "INPUT", Component: in, Policy: axon.Policy{Then: axon.StopPart}})
		g.Links = append(g.Links, axon.Link(&in.Outbox, &run.Inbox), axon.Link(&in.Faults, &answer.Faults))
	}
	if log := c.handler.Log; log != nil {
		g.Links = append(g.Links, axon.Link(&said.Outbox, log), axon.Link(&answer.Lines, log))
	}
	return g, nil
}

// release lets the next script in.
func (c *call) release() { c.once.Do(c.dir.Gate.Leave) }

// over is called when the graph has ended, or there is none.
func (c *call) over() {
	c.release()
	if c.run != nil {
		c.run.Close()
	}
	if c.body != nil {
		_ = c.body.Close()
	}
}

// error makes a ScriptError. One with a cause has the end of the standard error.
func (c *call) error(cause error, line string) *ScriptError {
	e := &ScriptError{Gateway: "cgi", Script: c.script.name, Request: c.req.ID(), Err: cause, Stderr: line}
	if cause != nil {
		e.Stderr = c.tail.String()
	}
	return e
}
