package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/rs/zerolog"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/errorlog"
	"github.com/kamaelia-go/kamaelia/components/wsgi"
	"github.com/kamaelia-go/kamaelia/pipelines/config"
)

type serveCommand struct {
	siteOptions

	Grace string `placeholder:"TIME" help:"How long requests under way may take after SIGINT or SIGTERM. (default 10s)"`
	Drain string `placeholder:"TIME" help:"How long to go on after SIGINT or SIGTERM, while health says 503. (default 0s)"`
	Watch bool   `help:"Read the configuration again when the file changes, as SIGHUP asks for. Needs --config."`
}

// Run serves until a signal comes.
func (c *serveCommand) Run() error {
	log := newLogger()
	conf, err := c.settings()
	if err != nil {
		return err
	}
	watched := ""
	if c.Watch {
		if watched = c.Config; watched == "" {
			return fmt.Errorf("%w: --watch needs --config", errUsage)
		}
	}
	changes, err := newWatch(watched)
	if err != nil {
		return fmt.Errorf("cannot watch %s: %w", watched, err)
	}
	defer changes.close()
	if c.Watch { // again, since the file may have changed before it was watched
		if conf, err = c.settings(); err != nil {
			return err
		}
	}
	server, err := conf.Build()
	if err != nil {
		return err
	}
	defer server.Close()
	server.Site.ErrorLog = &errorlog.Log{Logger: log}
	if err := server.Open(); err != nil {
		return openError(err)
	}
	s := &serving{
		server: server, drain: time.Duration(max(conf.Drain, 0)), log: log,
		config: c.settings, file: c.Config, changes: changes,
	}
	return s.run()
}

// settings returns the configuration that the file and the flags make.
func (c *serveCommand) settings() (*config.Config, error) {
	conf, err := c.config()
	if err != nil {
		return nil, err
	}
	err = errors.Join(set(conf, &conf.Grace, c.Grace, "grace", "--grace"), set(conf, &conf.Drain, c.Drain, "drain", "--drain"))
	if err != nil {
		return nil, err
	}
	return conf, nil
}

// openError tells an address that is none from one that can not be had.
func openError(err error) error {
	if _, ok := errors.AsType[*net.AddrError](err); ok {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	return err
}

// A serving is a server that runs.
type serving struct {
	server  *config.Server
	config  func() (*config.Config, error) // reads it again
	file    string                         // it is read from; "" if there are flags alone
	changes *watch
	started terminal
	drain   time.Duration
	log     zerolog.Logger
	running *axon.Running
	over    <-chan time.Time // when the drain, or the grace, is over
	ending  bool             // the graph was told to finish
}

// run runs the graph. The first signal lets it drain and then finish, the second,
// or the end of the grace, shuts it down.
func (s *serving) run() error {
	s.started = newTerminal()
	// What comes while a configuration is read waits here. No other signals are to take the
	// room of those that end the server.
	ends, others := make(chan os.Signal, 2), make(chan os.Signal, 16)
	signal.Notify(ends, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(ends)
	if asked := otherSignals(); len(asked) > 0 { // none means all
		signal.Notify(others, asked...)
		defer signal.Stop(others)
	}

	sys := &axon.System{Logger: &s.log, Grace: time.Second + s.server.KillAfter} // programs are given theirs
	defer sys.Close()
	defer sys.Watch(func(e axon.Event) { report(s.log, e) }, axon.PartFailed, axon.PartAbandoned)()
	var err error
	if s.running, err = sys.Start(context.Background(), s.server.Site.Graph()); err != nil {
		return err
	}
	s.tell()
	for {
		select {
		case <-s.running.Done():
			return s.running.Wait(context.Background())
		case <-s.over:
			s.next()
		case <-s.changes.Events:
			s.changes.wait()
		case err := <-s.changes.Errors:
			s.log.Error().Err(err).Msg("the configuration is not watched as it should be")
		case <-s.changes.settled:
			if s.changes.changed() {
				s.reload()
			}
		case sig := <-ends:
			s.signal(sig)
		case sig := <-others:
			s.signal(sig)
		}
	}
}

// tell logs the addresses.
func (s *serving) tell() {
	site := s.server.Site
	for _, l := range site.Sockets {
		s.log.Info().Str("address", l.Addr().String()).Msgf("serving %s", link("http", l.Addr()))
	}
	for _, l := range site.SecureSockets {
		s.log.Info().Str("address", l.Addr().String()).Msgf("serving %s", link("https", l.Addr()))
	}
	if site.Admin != nil {
		for _, l := range site.Admin.Sockets {
			s.log.Info().Str("admin", l.Addr().String()).Msgf("metrics and profiles at %s", link("http", l.Addr()))
		}
	}
}

// signal does what a signal asks for.
func (s *serving) signal(sig os.Signal) {
	switch {
	case isReload(sig) && (s.file != "" || !s.started.closed()):
		s.reload()
	case isReopen(sig):
		if err := s.server.ReopenLog(); err != nil {
			s.log.Error().Err(err).Msg("the access log can not be opened again")
		}
	case s.ending || s.over != nil:
		s.log.Warn().Str("signal", sig.String()).Msg("ending at once")
		s.running.Stop(errSecond)
	case s.drain > 0:
		s.log.Info().Str("signal", sig.String()).Dur("drain", s.drain).Msg("ending soon: health says so")
		s.server.Health.Drain()
		s.over = time.After(s.drain)
	default:
		s.log.Info().Str("signal", sig.String()).Msg("ending when the requests under way are done")
		s.next()
	}
}

// next goes from draining to finishing, and from there to the end.
func (s *serving) next() {
	grace := s.server.Site.Grace
	if s.ending {
		s.log.Warn().Dur("grace", grace).Msg("requests under way are cut: the grace is over")
		s.over = nil
		s.running.Stop(errGrace)
		return
	}
	s.ending, s.over = true, time.After(grace)
	s.server.Health.Drain()
	s.running.Finish()
}

// Why a graph is shut down that did not end in time.
var (
	errGrace  = errors.New("requests under way were cut when the grace was over")
	errSecond = errors.New("requests under way were cut by a second signal")
)

// newLogger returns a logger to the standard error: for people on a terminal,
// JSON otherwise.
func newLogger() zerolog.Logger {
	var out io.Writer = os.Stderr
	if fi, err := os.Stderr.Stat(); err == nil && fi.Mode()&os.ModeCharDevice != 0 {
		out = zerolog.ConsoleWriter{Out: os.Stderr, TimeFormat: time.TimeOnly}
	}
	return zerolog.New(out).With().Timestamp().Logger()
}

// report logs what goes wrong in the graph.
func report(log zerolog.Logger, e axon.Event) {
	switch {
	case e.Kind == axon.PartFailed && errors.Is(e.Err, wsgi.ErrImport): // the log has said why, and need not at each try
	case e.Kind == axon.PartFailed:
		line := log.Error().Str("graph", e.Graph).Str("part", e.Part).Stringer("verdict", e.Verdict)
		var f *axon.Fault
		if errors.As(e.Err, &f) && f.Panic != nil {
			line = line.Bytes("stack", f.Stack)
		}
		line.Err(e.Err).Msg("a part failed")
	case e.Kind == axon.PartAbandoned:
		log.Error().Str("graph", e.Graph).Str("part", e.Part).Msg("a part did not end")
	}
}

func link(scheme string, a net.Addr) string {
	if a.Network() == "unix" {
		return "unix:" + a.String()
	}
	return scheme + "://" + a.String() + "/"
}
