package main

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/rs/zerolog"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/errorlog"
)

type serveCommand struct {
	siteOptions

	Grace time.Duration `default:"10s" placeholder:"TIME" help:"How long requests under way may take after SIGINT or SIGTERM. (default ${default})"`
}

// Run serves until a signal comes.
func (c *serveCommand) Run() error {
	log := newLogger()
	collectCalmly()
	tree, err := c.tree()
	if err != nil {
		return err
	}
	defer tree.Close()
	lines, err := c.accessLog()
	if err != nil {
		return err
	}
	var to io.Writer
	if lines != nil {
		defer lines.Close()
		to = lines
	}
	site, err := c.site(tree, to)
	if err != nil {
		return err
	}
	site.ErrorLog = &errorlog.Log{Logger: log}
	if site.Sockets, err = c.sockets(); err != nil {
		return err
	}
	return c.serve(site.Graph(), site.Sockets, log)
}

// serve runs the graph. The first signal finishes it, the second, or the end of
// the grace, shuts it down.
func (c *serveCommand) serve(g *axon.Graph, sockets []net.Listener, log zerolog.Logger) error {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)

	sys := &axon.System{Logger: &log, Grace: time.Second}
	defer sys.Close()
	defer sys.Watch(func(e axon.Event) { report(log, e) })()
	running, err := sys.Start(context.Background(), g)
	if err != nil {
		return err
	}
	for _, l := range sockets {
		log.Info().Str("address", l.Addr().String()).Msgf("serving %s", link(l.Addr()))
	}
	var deadline <-chan time.Time
	for {
		select {
		case <-running.Done():
			return running.Wait(context.Background())
		case <-deadline:
			log.Warn().Dur("grace", c.Grace).Msg("requests under way are cut: the grace is over")
			running.Stop(errGrace)
		case s := <-signals:
			if deadline != nil {
				log.Warn().Str("signal", s.String()).Msg("ending at once")
				running.Stop(errSecond)
				continue
			}
			log.Info().Str("signal", s.String()).Msg("ending when the requests under way are done")
			deadline = time.After(c.Grace)
			running.Finish()
		}
	}
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
	switch e.Kind {
	case axon.PartFailed:
		line := log.Error().Str("graph", e.Graph).Str("part", e.Part).Stringer("verdict", e.Verdict)
		var f *axon.Fault
		if errors.As(e.Err, &f) && f.Panic != nil {
			line = line.Bytes("stack", f.Stack)
		}
		line.Err(e.Err).Msg("a part failed")
	case axon.PartAbandoned:
		log.Error().Str("graph", e.Graph).Str("part", e.Part).Msg("a part did not end")
	}
}

func link(a net.Addr) string {
	if a.Network() == "unix" {
		return "unix:" + a.String()
	}
	return "http://" + a.String() + "/"
}

// cause leaves out what an error of net repeats.
func cause(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}
