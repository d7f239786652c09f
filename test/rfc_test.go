//go:build unix

package test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestRFC plays every clause of rfc1945, rfc3875, rfc9110 and rfc9112 against the command and
// in this process, with TLS and without, each twice: the request's bytes at once,
// and in pieces as small as a byte, since where the pieces break must mean nothing.
func TestRFC(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("rfc[0-9]*/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no clauses found: %v", err)
	}
	all := places(t)
	for _, p := range all {
		eventually(t, 5*time.Second, "the site is old enough for strong entity tags", func() bool {
			return strings.HasPrefix(etag(t, p, "/hello.txt"), `"`)
		})
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c, err := parseClause(file, data)
		if err != nil {
			t.Error(err)
			continue
		}
		t.Run(strings.TrimSuffix(file, ".txtar"), func(t *testing.T) {
			t.Parallel()
			for _, p := range all {
				t.Run(p.name+", whole", func(t *testing.T) {
					t.Parallel()
					c.play(t, p, false)
				})
				t.Run(p.name+", pieces", func(t *testing.T) {
					t.Parallel()
					c.play(t, p, true)
				})
			}
		})
	}
}

// play runs a clause's steps on a connection of its own.
func (c *clause) play(t *testing.T, at place, pieces bool) {
	if c.skip != "" {
		t.Skip(c.skip)
	}
	said := &strings.Builder{}
	w := at.dial(t)
	faults := c.perform(t, at, w, pieces, said)
	if len(faults) > 0 {
		t.Errorf("%s\n%s\nsent:\n%s\nreceived:\n%s", strings.Join(faults, "\n"), c.comment,
			quoteLines(said.String()), quoteLines(w.seen.String()))
	}
}

// perform runs a clause's steps, notes what it says, and lists what is wrong with
// what it hears.
func (c *clause) perform(t *testing.T, at place, w *wire, pieces bool, said *strings.Builder) (faults []string) {
	own := strings.NewReplacer("/", "-", ",", "", "_", "").Replace(t.Name())
	complain := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	replies := 0
	closing := false // a reply said close
	for _, s := range c.steps {
		switch s.kind {
		case "send":
			data, err := s.request(func(path string) string { return etag(t, at, path) }, own)
			if err != nil {
				t.Fatal(err)
			}
			piece := 0
			if pieces {
				piece = 1 + len(data)/1000
			}
			said.WriteString(data)
			w.send(data, piece)
		case "eof":
			w.endSending()
		case "reply":
			replies++
			got, err := w.reply(s.method)
			if err != nil {
				complain("reply %d: %v", replies, err)
				return faults
			}
			for _, fault := range append(s.want.compare(got), lawful(got)...) {
				complain("reply %d: %s", replies, fault)
			}
			if closing {
				complain("reply %d comes after one that said close", replies)
			}
			closing = got.has("Connection", "close")
		case "closed":
			if err := w.closed(); err != nil {
				complain("after reply %d the server must close: %v", replies, err)
			}
		case "open", "either":
			said.WriteString(probe)
			w.send(probe, 0)
			got, err := w.reply("GET")
			switch {
			case s.kind == "either" && errors.Is(err, io.EOF): // closed in order
			case err != nil:
				complain("after reply %d the connection must stay open: %v", replies, err)
			case closing:
				complain("reply %d said close, but the connection goes on", replies)
			case got.status != 200 || string(got.body) != "hello, world\n":
				complain("after reply %d the next request got status %d and body %q", replies, got.status, got.body)
			}
		}
	}
	return faults
}

// probe is a request that shows that a connection is still of use.
const probe = "GET /hello.txt HTTP/1.1\r\nHost: example.com\r\n\r\n"

// compare lists what is wrong with a reply.
func (e *expectation) compare(got *reply) (faults []string) {
	complain := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	if e.proto != "HTTP/1.x" && e.proto != got.proto {
		complain("version %s, want %s", got.proto, e.proto)
	}
	if !strings.Contains("|"+e.status+"|", fmt.Sprintf("|%03d|", got.status)) {
		complain("status %d, want %s", got.status, e.status)
	}
	if e.reason != "" && e.reason != got.reason {
		complain("reason %q, want %q", got.reason, e.reason)
	}
	for _, f := range e.fields {
		values := got.get(f.name)
		switch {
		case f.absent && len(values) > 0:
			complain("%s: %q, want no such field", f.name, values)
		case !f.absent && len(values) == 0:
			complain("no field %s, want %q", f.name, f.value)
		case !f.absent && f.pattern != nil && !f.pattern.MatchString(values[0]):
			complain("%s: %q does not match %s", f.name, values[0], f.pattern)
		case !f.absent && f.pattern == nil && values[0] != f.value:
			complain("%s: %q, want %q", f.name, values[0], f.value)
		}
	}
	switch {
	case e.anyBody:
	case e.pattern != nil:
		if !e.pattern.Match(got.body) {
			complain("body %.2000q does not match %s", got.body, e.pattern)
		}
	case string(got.body) != e.body:
		complain("body %.200q, want %q", got.body, e.body)
	}
	return faults
}

// lawful lists what is wrong with a reply whatever the request was.
func lawful(r *reply) (faults []string) {
	complain := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	for _, name := range []string{"Content-Length", "Content-Type", "Date", "ETag", "Last-Modified", "Location"} {
		if values := r.get(name); len(values) > 1 {
			complain("%s is there %d times (RFC 9110 section 5.3)", name, len(values))
		}
	}
	for _, name := range []string{"Date", "Last-Modified"} {
		for _, value := range r.get(name) {
			if !imfDate.MatchString(value) {
				complain("%s: %q is no IMF-fixdate (RFC 9110 section 5.6.7)", name, value)
			} else if _, err := http.ParseTime(value); err != nil {
				complain("%s: %v", name, err)
			}
		}
	}
	if r.status >= 200 && len(r.get("Date")) == 0 {
		complain("no Date (RFC 9110 section 6.6.1)")
	}
	if (r.status < 200 || r.status == 204) && len(r.get("Content-Length"))+len(r.get("Transfer-Encoding")) > 0 {
		complain("a %d has Content-Length or Transfer-Encoding (RFC 9110 section 8.6, 9112 section 6.1)", r.status)
	}
	if r.status == 206 && len(r.get("Content-Range")) == 0 && !slices.ContainsFunc(r.get("Content-Type"), isByteRanges) {
		complain("a 206 has no Content-Range, and is not multipart/byteranges (RFC 9110 section 15.3.7)")
	}
	if r.status == 304 && len(r.get("Content-Type"))+len(r.get("Content-Encoding"))+len(r.get("Content-Range")) > 0 {
		complain("a 304 has metadata of the representation (RFC 9110 section 15.4.5)")
	}
	if r.status == 405 && len(r.get("Allow")) == 0 {
		complain("405 without Allow (RFC 9110 section 15.5.6)")
	}
	return faults
}

func isByteRanges(contentType string) bool {
	return strings.HasPrefix(contentType, "multipart/byteranges; boundary=")
}

var imfDate = regexp.MustCompile(`^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$`)

// etag asks the server for the entity tag of a file.
func etag(t testing.TB, at place, path string) string {
	t.Helper()
	tags := at.dial(t).roundTrip(t, "HEAD", path).get("ETag")
	if len(tags) != 1 {
		t.Fatalf("HEAD %s gave ETag %q, want one", path, tags)
	}
	return tags[0]
}

// quoteLines shows bytes as Go strings, a line each, and cuts long ones.
func quoteLines(s string) string {
	var b strings.Builder
	shown := 0
	for line := range strings.Lines(s) {
		if shown++; shown > 60 {
			b.WriteString("\t...\n")
			break
		}
		if len(line) > 300 {
			fmt.Fprintf(&b, "\t%q ... %d bytes\n", line[:200], len(line))
			continue
		}
		fmt.Fprintf(&b, "\t%q\n", line)
	}
	return b.String()
}
