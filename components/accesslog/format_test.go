package accesslog_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/accesslog"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestParseFormat(t *testing.T) {
	full := exchange()
	full.Request.User, full.Request.Path, full.Request.Query = "jo\"e", "/a", "b"
	full.Received, full.Err = 7, errors.New("broke\noff")
	full.Stages = &http1.Stages{Read: time.Millisecond, Route: 2 * time.Microsecond, Handle: time.Second, Send: 0}
	full.Request.Conn.TLS = true
	for _, c := range []struct{ format, want string }{
		{"common", `::1 - jo\"e [06/Nov/1994:08:49:37 -0700] "GET /a?b HTTP/1.1" 200 42`},
		{"{method}", "GET"},
		{"{{{status}}} {{x}}", "{200} {x}"},
		{"a\t{path}?{query}", "a\t/a?b"},
		{"{received} {bytes} {took}", "7 42 0.001500"},
		{"{read} {route} {handle} {send}", "0.001000 0.000002 1.000000 0.000000"},
		{"{error}", `broke\x0aoff`},
		{"{scheme} {tls} {version} {host}", "https - HTTP/1.1 example.org"},
		{"{time_iso}", "1994-11-06T08:49:37.005-07:00"},
		{"{header:user-agent} {header:X-None}", `say \"hi\"\\ -`},
		{"ä{target}ö", "ä/a?bö"},
	} {
		f, err := accesslog.ParseFormat(c.format)
		if err != nil {
			t.Errorf("%s: %v", c.format, err)
			continue
		}
		if got := lines(t, f, full); got != c.want+"\n" {
			t.Errorf("%s: %q, want %q", c.format, got, c.want)
		}
		if f.String() != c.format {
			t.Errorf("%s calls itself %s", c.format, f)
		}
	}
	two := exchange()
	two.Request.Major, two.Request.Minor = 2, 0
	id, _ := accesslog.ParseFormat("{id} {version} {read}")
	if got := lines(t, id, two); !strings.HasSuffix(got, "-1 HTTP/2.0 -\n") {
		t.Errorf("%q", got)
	}
}

func TestParseFormat_Mistakes(t *testing.T) {
	for _, c := range []struct {
		format string
		column int
		says   string
	}{
		{"", 1, "names no {field}"},
		{"combind", 1, `"combind" is neither`},
		{"{status", 1, "not closed"},
		{"{status} }", 10, "was not opened"},
		{"{remote} {stauts}", 11, `there is "status"`},
		{"{Status}", 2, `there is "status"`},
		{"{user_agent}", 2, `there is "user"`},
		{"{xyz}", 2, "there are bytes, error,"},
		{"{}", 2, "there are"},
		{"{status:3}", 2, "stands alone"},
		{"{header}", 2, "{header:Referer}"},
		{"{header:}", 2, "{header:Referer}"},
		{"{header:a b}", 2, "{header:Referer}"},
		{"{status}\n", 9, "control character (0x0a)"},
	} {
		_, err := accesslog.ParseFormat(c.format)
		var at *accesslog.FormatError
		if !errors.As(err, &at) || at.Column != c.column || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: %v", c.format, err)
		}
	}
}

// Whatever the template and the request, an exchange is one line, and a mistake is
// within the template.
func FuzzParseFormat(f *testing.F) {
	for _, s := range []string{"{status}", "{header:A}{", "{{}}", "{time} \"{request}\"", "json", "}"} {
		f.Add(s, "/a\n\"")
	}
	f.Fuzz(func(t *testing.T, template, target string) {
		format, err := accesslog.ParseFormat(template)
		var at *accesslog.FormatError
		if errors.As(err, &at) {
			if at.Column < 1 || at.Column > len(template)+1 {
				t.Errorf("%q: %v", template, err)
			}
			return
		}
		x := exchange()
		x.Request.Target = target
		if text := lines(t, format, x); strings.Count(text, "\n") != 1 || !strings.HasSuffix(text, "\n") {
			t.Errorf("%q makes %q", template, text)
		}
	})
}

func TestLog_JSON_More(t *testing.T) {
	x := exchange()
	x.Request.User, x.Received, x.Stages = "jo", 3, &http1.Stages{Handle: time.Millisecond}
	var out bytes.Buffer
	l := &accesslog.Log{To: &out, Format: accesslog.JSON, IDs: true}
	h := axontest.Run(t, l)
	axontest.Send(h, &l.Inbox, x)
	h.Finish()
	if err := h.Wait(); err != nil {
		t.Error(err)
	}
	for _, want := range []string{`"user":"jo"`, `"received":3`, `"handle_us":1000`, `"id":"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in %s", want, &out)
		}
	}
}

// Lines go to the file that has the name; none is lost or torn while it is opened
// anew.
func TestFile_Reopen(t *testing.T) {
	dir := t.TempDir()
	f := &accesslog.File{Path: filepath.Join(dir, "log")}
	if err := f.Open(); err != nil {
		t.Fatal(err)
	}
	l := &accesslog.Log{To: f}
	h := axontest.Run(t, l)
	const many = 2000
	var sender sync.WaitGroup
	sender.Go(func() {
		for range many {
			_ = axontest.Offer(h, &l.Inbox, exchange())
		}
	})
	for i := range 20 {
		if err := os.Rename(f.Path, filepath.Join(dir, fmt.Sprint("log.", i))); err != nil {
			t.Fatal(err)
		}
		if err := f.Reopen(); err != nil {
			t.Fatal(err)
		}
	}
	sender.Wait()
	h.Finish()
	if err := h.Wait(); err != nil {
		t.Error(err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "log*"))
	n := 0
	for _, name := range files {
		text, _ := os.ReadFile(name)
		for line := range strings.Lines(string(text)) {
			if n++; !strings.HasPrefix(line, "::1 - - [") || !strings.HasSuffix(line, "\n") {
				t.Errorf("%s has a torn line: %q", name, line)
			}
		}
	}
	if n != many {
		t.Errorf("%d of %d lines in %d files", n, many, len(files))
	}
}

// A file that can not be opened anew is written on.
func TestFile_ReopenFails(t *testing.T) {
	dir := t.TempDir()
	sub := filepath.Join(dir, "sub")
	_ = os.Mkdir(sub, 0o700)
	f := &accesslog.File{Path: filepath.Join(sub, "log")}
	if err := f.Open(); err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	away := filepath.Join(dir, "away")
	if err := os.Rename(sub, away); err != nil {
		t.Skip(err)
	}
	if err := f.Reopen(); err == nil {
		t.Error("opened in a folder that is gone")
	}
	if _, err := f.Write([]byte("line\n")); err != nil {
		t.Error(err)
	}
	if text, _ := os.ReadFile(filepath.Join(away, "log")); string(text) != "line\n" {
		t.Errorf("%q", text)
	}
	if _, err := (&accesslog.File{}).Write(nil); !errors.Is(err, os.ErrClosed) {
		t.Error(err)
	}
}

func ExampleParseFormat() {
	_, err := accesslog.ParseFormat("{remote} {metod} {status}")
	fmt.Println(err)
	// Output:
	// accesslog: format: column 11: there is no field "metod"; there is "method"
}
