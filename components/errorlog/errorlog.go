// Package errorlog has the component that writes a line for each thing that went
// wrong beside a request: a connection that broke, a log that can not be written.
package errorlog

import (
	"context"

	"github.com/rs/zerolog"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Log writes what went wrong to a zerolog.Logger.
//
//	error ──▶ [ Log ] ──▶ logger
//
// It ends when all that report to it have ended.
type Log struct {
	axon.Base

	// Logger takes the lines; its zero value throws them away.
	Logger zerolog.Logger

	// Inbox takes what went wrong.
	Inbox axon.Inbox[error] `axon:"size=64"`
}

var _ axon.Component = (*Log)(nil)

// Main implements axon.Component.
func (l *Log) Main(ctx context.Context) error {
	for err := range l.Inbox.All(ctx) {
		l.Logger.Warn().Err(err).Send()
	}
	return nil
}
