package config

import (
	"fmt"
	"os"

	"github.com/kamaelia-go/kamaelia/components/accesslog"
)

// openLog opens where the access log goes.
func (s *Server) openLog() error {
	if s.Site.AccessLog == nil {
		return nil
	}
	name := (&builder{c: s.config}).logFile()
	if name == "" {
		s.Site.AccessLog.To = os.Stdout
		return nil
	}
	f := &accesslog.File{Path: name}
	if err := f.Open(); err != nil {
		return fmt.Errorf("cannot write the access log: %w", err)
	}
	s.opened = append(s.opened, f.Close)
	s.Site.AccessLog.To = f
	s.file = f
	return nil
}

// ReopenLog opens the access log's file by its name again, when it was moved away.
// It is called while the Site runs.
func (s *Server) ReopenLog() error {
	if s.file == nil {
		return nil
	}
	return s.file.Reopen()
}

// discard is where nothing is written to.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
