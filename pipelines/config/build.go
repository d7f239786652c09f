package config

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kamaelia-go/kamaelia/components/accesslog"
	"github.com/kamaelia-go/kamaelia/components/auth"
	"github.com/kamaelia-go/kamaelia/components/health"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/spelling"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// A Server is what a Config describes: a pipelines.Site that is complete but for
// its sockets and its log, which Open opens.
type Server struct {
	// Site is the web server. Its ErrorLog is the caller's to set.
	Site *pipelines.Site

	// Health is what the health paths tell of.
	Health *health.State

	// KillAfter is the longest that a program may take to end when it is told to.
	KillAfter time.Duration

	config  *Config
	once    sync.Once
	closers []func() error // of what Build has opened, the last first
	opened  []func() error // of what Open has
	edition *Server        // the one of the last Reload
	listens []listen
	admin   []listen
	file    *accesslog.File // of the access log; nil if it goes elsewhere
}

// Check reports everything that is wrong with a configuration, as Problems: what
// Parse has not seen, since it needs more than the text.
func (c *Config) Check() error {
	s, err := c.Build()
	if err != nil {
		return err
	}
	return s.Close()
}

// CheckFile reports everything that is wrong with a file, as Problems, or that it
// can not be read.
func CheckFile(file string) error {
	c, err := Load(file)
	var all Problems
	if c == nil || err != nil && !errors.As(err, &all) {
		return err
	}
	if more, ok := errors.AsType[Problems](c.Check()); ok {
		all = append(all, more...)
	}
	return all.err()
}

// Build makes the server that a configuration describes. Directories are opened,
// and files of passwords, certificates and error pages are looked at; nothing
// listens and nothing is written. The error is a Problems, of everything that is
// wrong.
func (c *Config) Build() (*Server, error) {
	b := &builder{c: c, s: &Server{Site: new(pipelines.Site), Health: new(health.State), config: c}}
	b.server()
	b.sites()
	if err := b.problems.err(); err != nil {
		_ = b.s.Close()
		return nil, err
	}
	b.s.Site.Unused = func() { _ = b.s.release() } // files that were read
	return b.s, nil
}

// Close gives back what Build and Open have taken: directories, certificates, the
// log. It is called when the Site does not run any more.
func (s *Server) Close() error {
	var errs []error
	if s.edition != nil {
		errs = append(errs, s.edition.Close())
	}
	for _, f := range slices.Backward(s.opened) {
		errs = append(errs, f())
	}
	s.opened = nil
	return errors.Join(append(errs, s.release())...)
}

// release closes what Build has opened.
func (s *Server) release() (err error) {
	s.once.Do(func() {
		for _, f := range slices.Backward(s.closers) {
			err = errors.Join(err, f())
		}
	})
	return err
}

// A builder makes a Server, and notes what is wrong.
type builder struct {
	c        *Config
	s        *Server
	problems Problems
	files    map[string]*auth.Users // by the name of their file
}

// bad notes a mistake at a key.
func (b *builder) bad(path, format string, args ...any) {
	b.problems.add(b.at(path), fmt.Errorf(format, args...))
}

// lacks notes that something is not given. In a file with keys that nobody knows,
// one of these may be it.
func (b *builder) lacks(path, format string, args ...any) {
	if b.c.source == nil || !b.c.source.broken {
		b.bad(path, format, args...)
	}
}

// wrong notes what somebody else has found wrong with the value of a key.
func (b *builder) wrong(path string, err error) { b.problems.add(b.at(path), err) }

// missing notes that something is not there, or not as it has to be.
func (b *builder) missing(path string, err error) {
	at := b.at(path)
	at.Missing = true
	b.problems.add(at, err)
}

// at makes a problem for a key: the place where it stands, or where the group
// begins that it is missing in.
func (b *builder) at(path string) Problem {
	p := Problem{Path: path}
	if by, ok := b.c.giver(path); ok {
		p.Path = by
		return p
	}
	if b.c.source == nil {
		return p
	}
	p.File = b.c.source.file
	for {
		if at, ok := b.c.source.at[path]; ok {
			p.Line, p.Column = at.line, at.column
			return p
		}
		i := strings.LastIndexAny(path, ".[")
		if i < 0 {
			at := b.c.source.at[""]
			p.Line, p.Column = at.line, at.column
			return p
		}
		path = path[:i]
	}
}

// directory reports what is wrong with a directory that must be there.
func (b *builder) directory(path, name string) bool {
	fi, err := os.Stat(name)
	switch {
	case err != nil:
		b.missing(path, fmt.Errorf("cannot serve %s: %w", name, bare(err)))
	case !fi.IsDir():
		b.missing(path, fmt.Errorf("cannot serve %s: it is not a directory", name))
	default:
		return true
	}
	return false
}

// bare leaves out the operation and the path that an error of os begins with.
func bare(err error) error {
	if pe, ok := errors.AsType[*os.PathError](err); ok {
		return pe.Err
	}
	return err
}

// bounded notes that something is off which can not be.
func (b *builder) bounded(path string, n int64) {
	if n < 0 {
		b.bad(path, "off is not possible here: give a value, or leave it out")
	}
}

// some returns a number of which there has to be one at least, and notes if it is off.
func (b *builder) some(path string, n Count) int {
	b.bounded(path, int64(n))
	return int(max(n, 0))
}

// oneOf notes a word that is none of those that are known.
func (b *builder) oneOf(path, word string, known ...string) {
	if word != "" && !slices.Contains(known, word) {
		b.bad(path, "%q is none of %s%s", word, strings.Join(known, ", "), spelling.Hint(word, known))
	}
}

// token notes a word that can not be a method or the like.
func (b *builder) token(path, word string) {
	one := http1.Response{Request: new(http1.Request), Status: 200, Header: http1.Header{{Name: word}}}
	if one.Validate() != nil {
		b.bad(path, "%q is not a name of letters, digits and hyphens", word)
	}
}
