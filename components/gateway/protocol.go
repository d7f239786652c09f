package gateway

// A Protocol says how a request is put to an Upstream, and how its answer comes.
// It keeps nothing, and may be shared.
type Protocol interface {
	// Name is how errors call it.
	Name() string

	// StatusLine says that answers begin with a status line, as those of HTTP do.
	StatusLine() bool

	// Head appends what tells of a request, before its body. It returns nil if that
	// is more than the protocol can say.
	Head(b []byte, v *Variables, a *About) []byte

	// Body appends a piece of the body, of MostPiece bytes at most.
	Body(b, piece []byte) []byte

	// End appends what follows the body.
	End(b []byte) []byte

	// Abort appends what says that nobody waits for the answer any more.
	Abort(b []byte) []byte

	// Answers returns what takes the answers on one connection apart, one behind
	// the other; nil if there is but one, which ends with the connection.
	Answers() Answers
}

// MostPiece is the largest piece of a body that is sent at once, in bytes.
const MostPiece = 32 << 10

// Answers take apart what comes on a connection.
type Answers interface {
	// Next takes an event from the beginning of b, of n bytes. If n is 0 it takes
	// more than there is to know.
	Next(b []byte) (e Event, n int, err error)
}

// An Event is something that an Upstream says. It has a piece of its output, or of
// its standard error, or is the end of the answer; or it is none of these.
type Event struct {
	Output []byte
	Errors []byte

	// Done says that the answer is complete.
	Done bool

	// Status is what to answer in place of it, with the reason Why: the Upstream
	// has not taken the request. 0 if it has.
	Status int

	// Why is what the program has to say of its end; nil if it went well.
	Why error
}
