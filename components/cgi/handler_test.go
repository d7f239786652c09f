//go:build unix

package cgi

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// scripts makes a directory of programs; a name that ends with a slash is a
// directory, and one of data has no right to be run.
func scripts(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		mode := os.FileMode(0o644)
		if strings.HasPrefix(text, "#!") {
			mode = 0o755
		}
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		if strings.HasSuffix(name, "/") {
			err = errors.Join(err, os.MkdirAll(path, 0o755))
		} else if to, ok := strings.CutPrefix(text, "-> "); ok {
			err = errors.Join(err, os.Symlink(to, path))
		} else {
			err = errors.Join(err, os.WriteFile(path, []byte(text), mode))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// sh is a script of the shell.
func sh(text string) string { return "#!/bin/sh\n" + text + "\n" }

// open opens a Dir for a test.
func open(t testing.TB, d *Dir) *Dir {
	t.Helper()
	if err := d.Open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// An answer is what became of a request.
type answer struct {
	resp *http1.Response
	body string
	err  error // of the body
	fail *http1.Failure
}

// ask runs a Handler for one request.
func ask(t testing.TB, h *Handler, req *http1.Request) *answer {
	t.Helper()
	run := axontest.Run(t, h)
	axontest.Send(run, &h.Inbox, req)
	a := wait(t, run, h)
	run.Finish()
	if err := run.Wait(); err != nil {
		t.Error(err)
	}
	return a
}

// wait waits for the one answer, and reads it.
func wait(t testing.TB, run *axontest.Harness, h *Handler) *answer {
	t.Helper()
	a := &answer{}
	for limit := time.Now().Add(10 * time.Second); ; {
		if resp, ok := axontest.Try(run, &h.Outbox); ok {
			a.resp, a.body = resp, string(resp.Bytes)
			if resp.Stream != nil {
				b, err := io.ReadAll(resp.Stream)
				a.body, a.err = string(b), err
				_ = resp.Stream.Close()
			}
			return a
		}
		if fail, ok := axontest.Try(run, &h.Failures); ok {
			a.fail = fail
			return a
		}
		if time.Now().After(limit) {
			t.Fatal("no answer")
		}
	}
}

func TestHandler_Conform(t *testing.T) {
	dir := open(t, &Dir{Path: scripts(t, map[string]string{
		"hello": sh("echo 'Content-Type: text/plain'; echo; echo hello"),
		"cat":   sh("echo 'Content-Type: text/plain'; echo; exec cat"),
		"crash": sh("kill -9 $$"),
	})})
	axontest.Conform(t, func() axon.Component { return &Handler{Dir: dir, Prefix: "/cgi"} },
		axontest.RealTime(), axontest.FeedFunc("inbox", func() []*http1.Request {
			return []*http1.Request{request("GET /cgi/hello"), request("POST /cgi/cat", "body"), request("GET /cgi/crash"), request("GET /cgi/none")}
		}))
}
