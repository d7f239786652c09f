package wsgi

import (
	"encoding/binary"
	"errors"
	"strings"
)

// A frame is the beginning of what a worker says.
type frame struct {
	kind   byte
	number uint32 // of the request
	head   int    // its length, in bytes
	body   int64  // its length
}

// The kinds of frames, as worker.py has them.
const (
	wholeFrame   = 'W'
	headFrame    = 'H'
	pieceFrame   = 'C'
	lastFrame    = 'L'
	endFrame     = 'E'
	readFrame    = 'R'
	fileFrame    = 'F'
	failureFrame = 'X'
	threadFrame  = 'T' // on the control socket: a socket of a thread comes with it
	askFrame     = 'S' // the client's socket is asked for
	sentFrame    = 'P' // how many bytes were sent by it so far: 8 bytes of the head
	goneFrame    = 'G' // the client does not take more: why
	changedFrame = 'M' // on the control socket: a source has changed
)

const allFrames = "WHCLERFXTSPGM"

// frameSize is the length of what a frame begins with, in bytes.
const frameSize = 1 + 4 + 4 + 8

var errFrame = errors.New("wsgi: the worker does not keep to the protocol")

// frame reads the beginning of the next frame.
func (l *link) frame() (frame, error) {
	if err := l.fill(frameSize); err != nil {
		return frame{}, err
	}
	b := l.room[l.start:]
	f := frame{b[0], binary.LittleEndian.Uint32(b[1:]), int(binary.LittleEndian.Uint32(b[5:])), int64(binary.LittleEndian.Uint64(b[9:]))}
	l.start += frameSize
	if f.head > mostHead || f.body < 0 || strings.IndexByte(allFrames, f.kind) < 0 {
		return f, errFrame
	}
	return f, nil
}

// mostHead is the largest head of an answer, in bytes.
const mostHead = 256 << 10
