package main

import (
	"os"
	"time"

	"github.com/kamaelia-go/kamaelia/components/cgi"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/process"
)

// Guest is a component that runs programs as guests: as the user nobody, if it may
// choose, with few files and little time.
type Guest struct {
	cgi.Handler
}

var _ http1.HandlerPart = (*Guest)(nil)

// NewGuest returns a Guest for the programs of a Dir.
func NewGuest(dir *cgi.Dir) *Guest {
	g := &Guest{cgi.Handler{Dir: dir}}
	g.Change = g.admit
	return g
}

// admit says how a program is run for a request.
func (g *Guest) admit(_ *http1.Request, p *process.Program) error {
	if os.Geteuid() == 0 {
		p.User = "65534:65534"
	}
	p.Limits = process.Limits{Files: 32, CPU: 5 * time.Second}
	return nil
}
