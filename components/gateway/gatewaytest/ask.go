// Package gatewaytest has what the tests of CGI, FastCGI and SCGI share: scripts,
// and a table of what they say and what is made of that.
package gatewaytest

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Request makes a request of a line such as "GET /cgi/a?b", fields and a body.
func Request(line string, more ...string) *http1.Request {
	method, target, _ := strings.Cut(line, " ")
	req := &http1.Request{Method: method, Host: "example.org", Major: 1, Minor: 1}
	if err := req.SetTarget(target); err != nil {
		panic(err)
	}
	for _, s := range more {
		if name, value, ok := strings.Cut(s, ": "); ok {
			req.Header.Add(name, value)
			if name == "Host" && strings.HasPrefix(target, "/") {
				req.Host = value
			}
			continue
		}
		req.Body, req.ContentLength = http1.NewBody(len(s)), int64(len(s))
		if _, err := req.Body.Write(context.Background(), []byte(s)); err != nil {
			panic(err)
		}
		req.Body.CloseWrite(nil)
	}
	return req
}

// An Answer is what became of a request.
type Answer struct {
	Resp *http1.Response
	Body string
	Err  error // of the body
	Fail *http1.Failure
}

// Ask runs a handler for one request.
func Ask(t testing.TB, part http1.HandlerPart, req *http1.Request) *Answer {
	t.Helper()
	h, run := part.HandlerBoxes(), axontest.Run(t, part)
	axontest.Send(run, &h.Inbox, req)
	a := Wait(t, run, h)
	run.Finish()
	if err := run.Wait(); err != nil {
		t.Error(err)
	}
	return a
}

// Wait waits for the one answer, and reads it.
func Wait(t testing.TB, run *axontest.Harness, h *http1.Handler) *Answer {
	t.Helper()
	a := &Answer{}
	for limit := time.Now().Add(10 * time.Second); ; {
		if resp, ok := axontest.Try(run, &h.Outbox); ok {
			a.Resp, a.Body = resp, string(resp.Bytes)
			if resp.Stream != nil {
				b, err := io.ReadAll(resp.Stream)
				a.Body, a.Err = string(b), err
				_ = resp.Stream.Close()
			}
			return a
		}
		if fail, ok := axontest.Try(run, &h.Failures); ok {
			a.Fail = fail
			return a
		}
		if time.Now().After(limit) {
			t.Fatal("no answer")
		}
	}
}

// Said describes an answer: the status, fields that are asked for, and the body.
func (a *Answer) Said(fields ...string) string {
	if a.Fail != nil {
		return fmt.Sprint("failure ", a.Fail.Status)
	}
	s := strconv.Itoa(a.Resp.Status)
	if a.Resp.Reason != "" {
		s += " " + a.Resp.Reason
	}
	for _, name := range fields {
		if a.Resp.Header.Has(name) {
			s += " " + name + "=" + a.Resp.Header.Joined(name)
		}
	}
	if a.Err != nil {
		return s + ": broken"
	}
	return s + ": " + a.Body
}
