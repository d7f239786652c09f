package main

import (
	"bytes"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// reload lets the server go on as the configuration says now: with other workers of
// applications, too. If that can not be, it goes on as before.
func (s *serving) reload() {
	if s.ending || s.over != nil {
		return
	}
	conf, err := s.config()
	var waiting []string
	if err == nil {
		waiting, err = s.server.Reload(conf)
	}
	if err != nil {
		s.log.Error().Err(err).Msg("the configuration stays as it was")
		return
	}
	s.drain = time.Duration(max(conf.Drain, 0))
	if s.file == "" {
		s.log.Info().Msg("what the flags say was made anew")
	} else {
		s.log.Info().Str("file", s.file).Msg("the configuration was read again")
	}
	if len(waiting) > 0 {
		s.log.Warn().Strs("keys", waiting).Msg("these take effect with the next start")
	}
}

// quiet is the time between two looks at a file, which have to agree: some programs
// write one in several steps.
const quiet = 200 * time.Millisecond

// A watch tells when the content of a file has changed. It watches the directory,
// since programs replace files, and the links that lead to them.
type watch struct {
	*fsnotify.Watcher
	file    string
	content []byte // that is in use
	seen    []byte // at the last look; nil if that was the one in use
	settled <-chan time.Time
}

// newWatch watches a file; "" is none, which never changes.
func newWatch(file string) (*watch, error) {
	w := &watch{file: file}
	if file == "" {
		w.Watcher = &fsnotify.Watcher{}
		return w, nil
	}
	var err error
	if w.Watcher, err = fsnotify.NewWatcher(); err != nil {
		return nil, err
	}
	if err = w.Add(filepath.Dir(file)); err != nil {
		return nil, err
	}
	w.content, err = os.ReadFile(file)
	return w, err
}

// wait is called when something has happened in the directory. It does not begin
// anew what runs: a log that grows beside the file would put it off for ever.
func (w *watch) wait() {
	if w.settled == nil {
		w.settled = time.After(quiet)
	}
}

// changed reports whether the file has another content than before, and the same
// at two looks in a row.
func (w *watch) changed() bool {
	w.settled = nil
	content, err := os.ReadFile(w.file)
	if err != nil || bytes.Equal(content, w.content) {
		w.seen = nil
		return false // it may be on its way
	}
	if w.seen == nil || !bytes.Equal(content, w.seen) {
		w.seen = content
		w.wait()
		return false
	}
	w.content, w.seen = content, nil
	return true
}

// close stops watching.
func (w *watch) close() {
	if w.file != "" {
		_ = w.Close()
	}
}
