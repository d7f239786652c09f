//go:build unix

package test

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"text/template"

	"golang.org/x/tools/txtar"
)

// A clause is one file of rfc*/: a clause of an RFC as a play of bytes. README.md
// in this folder tells how such a file is written.
type clause struct {
	comment string // the quotation
	skip    string // why it is not tested, if so
	steps   []step
}

// A step sends or awaits something.
type step struct {
	kind   string // send, eof, reply; open, closed, either
	data   string // send: the section's text
	raw    bool   // send: the text has escapes
	method string // reply: the request's method, if it matters
	want   *expectation
}

// An expectation is what a reply must be like.
type expectation struct {
	proto   string // "HTTP/1.x" for any
	status  string // "200", or a choice: "200|400"
	reason  string // "" for any
	fields  []expectedField
	body    string
	pattern *regexp.Regexp // or what the body must match
	anyBody bool
}

type expectedField struct {
	name    string
	value   string         // the exact value
	pattern *regexp.Regexp // or what it must match
	absent  bool           // or that there must be none
}

var (
	clauseFile = regexp.MustCompile(`^rfc([0-9]+)/((?:[0-9]+|[A-Z])(?:\.[0-9]+)*)-[a-z0-9-]+\.txtar$`)
	statusLine = regexp.MustCompile(`^(HTTP/1\.[01x]) ([1-5][0-9]{2}(?:\|[1-5][0-9]{2})*)(?: (.+))?$`)
)

// parseClause reads a file of rfc*/, and says every mistake with the file's name.
func parseClause(file string, data []byte) (*clause, error) {
	archive := txtar.Parse(data)
	c := &clause{comment: strings.TrimSpace(string(archive.Comment))}
	var mistakes []error
	complain := func(format string, args ...any) {
		mistakes = append(mistakes, fmt.Errorf("%s: %s", file, fmt.Sprintf(format, args...)))
	}

	if m := clauseFile.FindStringSubmatch(filepath.ToSlash(file)); m == nil {
		complain("the name must be rfcN/SECTION-words.txtar")
	} else if want := "RFC " + m[1] + " section " + m[2] + ": "; !strings.HasPrefix(c.comment, want) {
		complain("the comment must start with %q", want)
	}
	for _, f := range archive.Files {
		if f.Name == "skip" {
			c.skip = strings.TrimSpace(string(f.Data))
			continue
		}
		s, err := parseStep(f.Name, string(f.Data))
		if err != nil {
			complain("-- %s --: %v", f.Name, err)
			continue
		}
		c.steps = append(c.steps, s)
	}
	if len(mistakes) == 0 && c.skip == "" {
		if err := c.plot(); err != nil {
			complain("%v", err)
		}
	}
	return c, errors.Join(mistakes...)
}

// plot checks that the steps together make sense.
func (c *clause) plot() error {
	if len(c.steps) == 0 || c.steps[0].kind != "send" {
		return errors.New("the first section must be a request")
	}
	for i, s := range c.steps {
		last := i == len(c.steps)-1
		if end := s.kind == "open" || s.kind == "closed" || s.kind == "either"; end != last {
			return errors.New("the last section, and only that, must be open, closed or either")
		}
	}
	return nil
}

// parseStep reads one section.
func parseStep(name, data string) (step, error) {
	kind, argument, _ := strings.Cut(name, " ")
	switch kind {
	case "request", "request-raw":
		s := step{kind: "send", data: data, raw: kind == "request-raw"}
		if argument != "" || data == "" {
			return s, errors.New("want bytes to send, and nothing after the name")
		}
		_, err := s.request(func(string) string { return `"etag"` }, "own")
		return s, err
	case "reply":
		method, ok := strings.CutPrefix(argument, "to ")
		if argument != "" && !ok {
			return step{}, errors.New(`want "reply" or "reply to METHOD"`)
		}
		want, err := parseExpectation(data)
		return step{kind: "reply", method: method, want: want}, err
	case "eof", "open", "closed", "either":
		if argument != "" || strings.TrimSpace(data) != "" {
			return step{}, errors.New("want it empty")
		}
		return step{kind: kind}, nil
	}
	return step{}, errors.New("no such section")
}

// request gives the bytes that a request section stands for. own is a name that
// no other play uses.
func (s *step) request(etag func(path string) string, own string) (string, error) {
	data := s.data
	if strings.Contains(data, "{{") {
		t, err := template.New("request").Funcs(template.FuncMap{
			"repeat": strings.Repeat,
			"etag":   etag,
			"own":    func() string { return own },
		}).Parse(data)
		if err != nil {
			return "", err
		}
		var b strings.Builder
		if err := t.Execute(&b, nil); err != nil {
			return "", err
		}
		data = b.String()
	}
	if !s.raw {
		return strings.ReplaceAll(data, "\n", "\r\n"), nil
	}
	var b strings.Builder
	for line := range strings.Lines(data) {
		line = strings.TrimSuffix(line, "\n")
		text, err := strconv.Unquote(`"` + strings.ReplaceAll(line, `"`, `\"`) + `"`)
		if err != nil {
			return "", fmt.Errorf("escapes in %q: %w", line, err)
		}
		b.WriteString(text)
	}
	return b.String(), nil
}

// parseExpectation reads a reply section.
func parseExpectation(data string) (*expectation, error) {
	head, body, hasBody := strings.Cut(data, "\n\n")
	lines := strings.Split(strings.TrimSuffix(head, "\n"), "\n")
	m := statusLine.FindStringSubmatch(lines[0])
	if m == nil {
		return nil, fmt.Errorf("not a status line: %q", lines[0])
	}
	e := &expectation{proto: m[1], status: m[2], reason: m[3], body: body}
	if hasBody && body == "...\n" {
		e.anyBody, e.body = true, ""
	}
	if pattern, ok := strings.CutPrefix(body, "~"); ok {
		re, err := regexp.Compile("^(?:" + strings.ReplaceAll(pattern, "\n", "") + ")$")
		if err != nil {
			return nil, err
		}
		e.pattern = re
	}
	for _, line := range lines[1:] {
		if name, ok := strings.CutPrefix(line, "!"); ok {
			e.fields = append(e.fields, expectedField{name: name, absent: true})
			continue
		}
		name, value, ok := strings.Cut(line, ": ")
		if !ok {
			return nil, fmt.Errorf("not a field: %q", line)
		}
		f := expectedField{name: name, value: value}
		if pattern, ok := strings.CutPrefix(value, "~"); ok {
			re, err := regexp.Compile("^(?:" + pattern + ")$")
			if err != nil {
				return nil, err
			}
			f.pattern = re
		}
		e.fields = append(e.fields, f)
	}
	return e, nil
}

// TestParseClause shows that a clause written wrong is refused, not passed.
func TestParseClause(t *testing.T) {
	const good = "RFC 9112 section 2.2: \"quoted\"\n-- request --\nGET / HTTP/1.1\n\n-- reply --\nHTTP/1.1 200 OK\n\n...\n-- open --\n"
	for _, tc := range []struct {
		name, file, data string
		want             string // part of the error; "" for none
	}{
		{"right", "rfc9112/2.2-x.txtar", good, ""},
		{"name without a section", "rfc9112/x.txtar", good, "the name must be"},
		{"comment names another section", "rfc9112/2.3-x.txtar", good, "the comment must start with"},
		{"unknown section", "rfc9112/2.2-x.txtar", strings.Replace(good, "open", "opened", 1), "no such section"},
		{"no end", "rfc9112/2.2-x.txtar", strings.Replace(good, "-- open --\n", "", 1), "must be open, closed or either"},
		{"two ends", "rfc9112/2.2-x.txtar", good + "-- closed --\n", "must be open, closed or either"},
		{"no request", "rfc9112/2.2-x.txtar", strings.Replace(good, "request", "reply", 1), "not a status line"},
		{"reply first", "rfc9112/2.2-x.txtar", "RFC 9112 section 2.2: q\n-- reply --\nHTTP/1.1 200\n-- open --\n", "first section"},
		{"bad escape", "rfc9112/2.2-x.txtar", strings.Replace(good, "request --\n", "request-raw --\n\\q", 1), "escapes in"},
		{"bad template", "rfc9112/2.2-x.txtar", strings.Replace(good, "GET", "{{nothing}}", 1), "not defined"},
		{"bad status line", "rfc9112/2.2-x.txtar", strings.Replace(good, "200 OK", "2000", 1), "not a status line"},
		{"bad pattern", "rfc9112/2.2-x.txtar", strings.Replace(good, "200 OK\n", "200 OK\nA: ~(\n", 1), "error parsing regexp"},
		{"bad field", "rfc9112/2.2-x.txtar", strings.Replace(good, "200 OK\n", "200 OK\nA\n", 1), "not a field"},
		{"text in an end", "rfc9112/2.2-x.txtar", good + "text\n", "want it empty"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := parseClause(tc.file, []byte(tc.data))
			switch {
			case tc.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case tc.want != "" && err == nil:
				t.Errorf("taken, want an error with %q", tc.want)
			case tc.want != "" && !strings.Contains(err.Error(), tc.want):
				t.Errorf("error %q, want one with %q", err, tc.want)
			}
		})
	}
}

// TestExpectationCompare shows that a wrong reply is told from a right one.
func TestExpectationCompare(t *testing.T) {
	want, err := parseExpectation("HTTP/1.1 200|304 OK\nETag: ~\".+\"\nLength: 3\n!Gone\n\nabc\n")
	if err != nil {
		t.Fatal(err)
	}
	right := func() *reply {
		return &reply{proto: "HTTP/1.1", status: 200, reason: "OK", body: []byte("abc\n"),
			fields: []field{{"etag", `"x"`}, {"LENGTH", "3"}}}
	}
	for _, tc := range []struct {
		name  string
		spoil func(*reply)
		want  string // the one fault; "" for none
	}{
		{"right", func(*reply) {}, ""},
		{"version", func(r *reply) { r.proto = "HTTP/1.0" }, "version HTTP/1.0, want HTTP/1.1"},
		{"status", func(r *reply) { r.status = 404 }, "status 404, want 200|304"},
		{"reason", func(r *reply) { r.reason = "Fine" }, `reason "Fine", want "OK"`},
		{"pattern", func(r *reply) { r.fields[0].value = "x" }, `ETag: "x" does not match ^(?:".+")$`},
		{"value", func(r *reply) { r.fields[1].value = "4" }, `Length: "4", want "3"`},
		{"missing", func(r *reply) { r.fields = r.fields[:1] }, `no field Length, want "3"`},
		{"unwanted", func(r *reply) { r.fields = append(r.fields, field{"gone", "1"}) }, `Gone: ["1"], want no such field`},
		{"body", func(r *reply) { r.body = nil }, `body "", want "abc\n"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := right()
			tc.spoil(r)
			if got := strings.Join(want.compare(r), "; "); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// TestClauseFiles reads every clause, so that a mistake in one shows without a
// server.
func TestClauseFiles(t *testing.T) {
	files := repoFiles(t, "test/rfc*/*.txtar")
	if len(files) < 80 {
		t.Errorf("%d clauses, want 80 at least", len(files))
	}
	for _, file := range files {
		if _, err := parseClause(strings.TrimPrefix(file, "test/"), readRepoFile(t, file)); err != nil {
			t.Error(err)
		}
	}
}

// TestClauses_Unplayed holds that clauses.md names tests that exist.
func TestClauses_Unplayed(t *testing.T) {
	var tests strings.Builder
	for _, pattern := range []string{"*/*_test.go", "*/*/*_test.go"} {
		for _, file := range repoFiles(t, pattern) {
			tests.Write(readRepoFile(t, file))
		}
	}
	names := regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9_]+)`").FindAllStringSubmatch(string(readRepoFile(t, "test/clauses.md")), -1)
	if len(names) == 0 {
		t.Error("clauses.md names no test")
	}
	for _, m := range names {
		if !strings.Contains(tests.String(), "\nfunc "+m[1]+"(") {
			t.Errorf("clauses.md: there is no %s", m[1])
		}
	}
}
