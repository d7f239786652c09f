package http1

import "github.com/kamaelia-go/kamaelia/axon"

// A Passer is a handler that passes some requests on, which another handler is to
// answer, if there is one: such as those for directories that somebody may list.
type Passer interface {
	HandlerPart

	// PassBox returns the outbox of these requests. It is optional: if it is not
	// linked, the Passer deals with them itself.
	PassBox() *axon.Outbox[*Request]
}

// A FailureFilterPart is a filter of responses that failures pass as well: those
// of the handler, and of the filters between. It sends each on by its Failures, or
// answers it.
type FailureFilterPart interface {
	ResponseFilterPart

	// FailureBox returns the inbox of the failures.
	FailureBox() *axon.Inbox[*Failure]
}

// A Redirector is a handler that has some requests answered by another resource of
// the same site.
type Redirector interface {
	HandlerPart

	// LeadBack gives it what makes a graph of the site, for a request that comes by
	// an outbox: the graph links it. Its answers go where the Redirector's go. It is
	// called while the graph is written down.
	LeadBack(site func(requests *axon.Outbox[*Request]) SiteGraph)
}
