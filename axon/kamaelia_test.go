package axon_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// The unit tests of Kamaelia's Axon, and of its Pipeline and Graphline. Each is a
// subtest here under its own name, or stands in the table of README.md with the
// reason why it is none.
var kamaelia = []suite{
	{"Component", "SmokeTest_NoArguments __str__strict __str__relaxed __addChild addChildren childComponents removeChild " +
		"dataReady link recv send main_smokeTest main_closedowntest initialiseComponent mainBody closeDownComponent " +
		"_closeDownMicroprocess_smoketest _closeDownMicroprocess_None linkagesRemovedOnComponentShutdown", componentTests},
	{"MessageDeliveryNotifications", "NothingHappensIfNothingHappens ConsumerWokenByDelivery ProducerNotWokenByDelivery " +
		"ProducerWokenByCollection ChainOnlyFinalDestinationNotified ChainOnlyOutboxHoldersNotified AllOutboxOwnersNotified " +
		"LinkBrokenNoNotify LinkReestablishedNotify LinkNewlyEestablishedNotify", deliveryTests},
	{"Postoffice", "__init__SmokeTest_NoArguments __init__SmokeTest_DebugnameArgument __str__checksStringFormatStrict linkestablishes " +
		"linkestablishes_inboxinboxpassthrough linkestablishes_outboxoutboxpassthrough linkregistered linkderegisters " +
		"componentlinksderegisters linkdisengages linkdisengages_inboxinboxpassthrough linkdisengages_outboxoutboxpassthrough " +
		"BoxAlreadyLinkedToDestinationException", postofficeTests},
	{"LinkageChaining", "Simple SimpleThenInboxPassthrough InboxPassthroughThenNormal SimpleThenOutboxPassthrough " +
		"OutboxPassthroughThenNormal InboxPassthrougthDeletion", chainTests},
	{"SizeLimitedBoxes", "smoketest BoxSizeGetsLimited ExceedBoxSizeAndGetException removingFromInboxAllowsYouToPutMoreIn " +
		"SizeLimitMidLinkageChainHasNoEffect SizeLimitMidLinkageChainComesIntoEffectIfChainBroken " +
		"SettingSizeLimitToNoneSetsToUnlimited TurningOffSizeLimit AllProducersExperienceSameSizeLimit", sizeTests},
	{"Linkage", "SmokeTest_NoArguments SmokeTest_MinArguments SmokeTest_SpecificBoxesArguments SmokeTest_defaultPassthrough " +
		"SmokeTest_inboxPassthrough SmokeTest_outboxPassthrough sourcePair sinkPair __str__strict", linkageTests},
	{"AdaptiveCommsComponent", "SmokeTest_NoArguments SmokeTest_Arguments addInbox_newName addOutbox_newName addInbox_existingName " +
		"addOutbox_existingName InboxModification OutboxModification deleteInbox_invalidInbox deleteOutbox_invalidOutbox " +
		"deleteInbox_validInbox deleteOutbox_validOutbox trackResource_validDefaultInbox trackResource_validDynamicInbox " +
		"trackResource_invalidInbox trackResourceInformation_validDefaultBoxes trackResourceInformation_validDynamicBoxes " +
		"trackResourceInformation_invalidInboxes trackResourceInformation_invalidOutboxes", adaptiveTests},
	{"CoordinatingAssistantTracker", "SmokeTest_NoArguments SmokeTest_SingleParent SmokeTest_InvalidSingleParent registerService_Add " +
		"registerService_AddExisting registerService_BadComponent registerService_BadInbox retrieveService_basic " +
		"retrieveService_nonexistantservice deRegisterService deRegisterService_nonExistantService trackValue_basic " +
		"trackValue_addTwice retrieveValue_basic retrieveValue_notStored updateValue_basic updateValue_undeclaredTrackedVariable " +
		"informationItemsLogged", trackerTests},
	{"Ipc", "ipc newComponent_1 newComponent_2 newComponent_3 shutdownMicroprocess_1 shutdownMicroprocess_2 shutdownMicroprocess_3 " +
		"notify_1 notify_2 status_1 status_2 status_3 wouldblock_1 wouldblock_2 producerFinished_1 producerFinished_2 " +
		"errorInformation_1 errorInformation_2 errorInformation_3", ipcTests},
	{"MicroProcess", "SmokeTest_NoArguments activate_basicActivatation activate_afterCallingSetSchedulerClass setSchedulerClass " +
		"overriddenMainWorksWithNext Stop pause Next _closeDownMicroprocess test___str__", microprocessTests},
	{"scheduler", "importsuccess SmokeTest_NoArguments stopsIfNoThreads runsMicroprocessToCompletionThenStops " +
		"runsMicroprocessesAllToCompletionThenStops pausedMicroprocessDoesNotGetCalled oneMicroprocessPausesOthersContinueToRun " +
		"pausedMicroprocessCanBeWoken wakingPausedMicroprocessDoesntWakeOthers wakingAlreadyAwakeMicroprocessHasNoEffect " +
		"wakingOrPausingNonActivatedMicroprocessHasoEffect listAllThreadsMethodListsAllMicroprocesses isThreadPausedWorks " +
		"isThreadPausedNotRecognised pauseThenTerminateTerminates runThreadsSlowmo directUsageOfMainDoesntBlock " +
		"runThreadsUsesNonBusyWaitingMode", schedulerTests},
	{"threadedcomponent", "smoketest_init smoketest_args smoketest_oneargs localprocessterminates threadisseparate flow_in flow_out " +
		"linksafe ThereIsADefaultOutgoingQueueSize CanSetOutgoingQueueSize RestrictedInboxSize NoSpaceInBoxExceptionsReachThread " +
		"TakingFromDestinationAllowsMoreToBeDelivered localprocessterminatesifInQueueFull localprocessterminatesOnlyIfOutqueueFlushed " +
		"adaptive_init adaptive_args adaptive_oneargs adaptive_addInbox adaptive_addOutbox", threadedTests},
	{"util", "production axonRaise removeAll listSubset testInterface_smokeSuccess testInterface_failmodes safeList_1 safeList_2 " +
		"safeList_3 Finality logError test_Axon_metaclass", utilTests},
	{"Pipeline", "ActivatesChildrenOnlyWhenActivated TerminatesOnlyWhenAllChildrenHaveTerminated ChildrenWiredOutboxInbox " +
		"ChildrenWiredSignalControl FirstChildWiredToParentInboxes LastChildWiredToParentOutboxes", pipelineTests},
	{"Graphline", "smokeTest graphlineNoLinkagesArg graphlineEmptyLinkagesArg graphlineNoComponentsEmptyLinkagesArg " +
		"graphlineHasChildren unactivatedGraphlineHasNoChildren activatesChildrenOnlyWhenActivatedNotLinked " +
		"activatesChildrenOnlyWhenActivatedLinked linkagesBetweenComponents severalLinkagesBetweenComponents " +
		"terminateWhenAllChildrenHaveTerminated specifyingPassthruInLinkage specifyingPassthruInLinkageNewBox " +
		"specifyingPassthruOutLinkage specifyingPassthruOutLinkageNewBox emissionOfShutdownSignal_1 emissionOfShutdownSignal_2 " +
		"receivesShutdownPassesThru receivesShutdownDisseminated receivesShutdownAndPropagates receivesShutdownAndPropagates2 " +
		"receivesShutdownAndPropagates23 doesNotPropagateShutdownMsg manuallyImplementedShutdownOverrides", graphlineTests},
}

// suite is a test case of Kamaelia's: the names of its tests, and those that are
// ported.
type suite struct {
	name  string
	all   string
	tests map[string]func(t *testing.T)
}

// TestKamaelia runs the ported tests and holds that none is forgotten.
func TestKamaelia(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	explained := map[string]bool{}
	row := regexp.MustCompile("(?m)^\\| (\\w+) \\| (`.*`) \\| .{20,} \\|$")
	name := regexp.MustCompile("`([^`]+)`")
	for _, m := range row.FindAllStringSubmatch(string(readme), -1) {
		for _, n := range name.FindAllStringSubmatch(m[2], -1) {
			explained[m[1]+"."+n[1]] = true
		}
	}
	for _, s := range kamaelia {
		t.Run(s.name, func(t *testing.T) {
			names := strings.Fields(s.all)
			for _, n := range names {
				why, f := explained[s.name+"."+n], s.tests[n]
				switch {
				case f == nil && !why:
					t.Errorf("%s.%s is neither ported nor explained in README.md", s.name, n)
				case f != nil && why:
					t.Errorf("%s.%s is ported, and README.md says why not", s.name, n)
				}
				delete(explained, s.name+"."+n)
				if f != nil {
					t.Run(n, func(t *testing.T) { synctest.Test(t, f) })
				}
			}
			for n := range s.tests {
				if !slices.Contains(names, n) {
					t.Errorf("%s.%s is no test of Kamaelia's", s.name, n)
				}
			}
		})
	}
	for n := range explained {
		t.Errorf("README.md explains %s, which is no test of Kamaelia's", n)
	}
}

// boxNames lists a part's boxes.
func boxNames(g *axon.Graph, part string) (names []string) {
	for _, p := range g.Info().Parts {
		if p.Name == part {
			for _, b := range p.Boxes {
				names = append(names, b.Name)
			}
		}
	}
	return names
}

// two is a graph of two bodies, linked.
func two(a, b *body) *axon.Graph {
	return &axon.Graph{Name: "two", Parts: axon.Parts{{Name: "A", Component: a}, {Name: "B", Component: b}},
		Links: axon.Links{axon.Link(&a.Outbox, &b.Inbox)}}
}

// sendAll is the Main of a body that sends numbers.
func sendAll(n int) func(ctx context.Context, b *body) error {
	return func(ctx context.Context, b *body) error {
		for i := range n {
			if err := b.Outbox.Send(ctx, i); err != nil {
				return err
			}
		}
		return nil
	}
}

// must runs a graph to its end.
func must(t *testing.T, g *axon.Graph) {
	t.Helper()
	if err := g.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
}

var componentTests = map[string]func(t *testing.T){
	"SmokeTest_NoArguments": func(t *testing.T) {
		g := single(&body{main: idle})
		if err := g.Build(); err != nil {
			t.Fatal(err)
		}
		if got := boxNames(g, "PART"); !slices.Equal(got, []string{"control", "signal", "inbox", "outbox", "other"}) {
			t.Errorf("boxes %v", got)
		}
	},
	"__str__relaxed": func(t *testing.T) {
		g := axon.Pipeline(&counter{N: 1}, &list{})
		if err := g.Build(); err != nil {
			t.Fatal(err)
		}
		if s := g.String(); !strings.Contains(s, "COUNTER.outbox -- int -->         LIST.inbox") {
			t.Error(s)
		}
	},
	"addChildren":     childrenKeepTheirOrder,
	"childComponents": childrenKeepTheirOrder,
	"dataReady": func(t *testing.T) {
		a, b := &body{main: sendAll(2)}, &body{main: idle}
		start(t, two(a, b))
		synctest.Wait()
		if b.Inbox.Len() != 2 || a.Inbox.Len() != 0 {
			t.Errorf("%d and %d wait", b.Inbox.Len(), a.Inbox.Len())
		}
	},
	"link": func(t *testing.T) {
		l := &list{}
		must(t, axon.Pipeline(&counter{N: 3}, l))
		if !slices.Equal(l.got(), upTo(3)) {
			t.Error(l.got())
		}
	},
	"recv": func(t *testing.T) {
		var empty bool
		l := &body{main: func(ctx context.Context, b *body) error {
			synctest.Wait()
			for i := range 3 {
				if v, ok, err := b.Inbox.TryRecv(); v != i || !ok || err != nil {
					t.Errorf("%d %v %v", v, ok, err)
				}
			}
			_, ok, err := b.Inbox.TryRecv()
			empty = !ok && (err == nil || errors.Is(err, axon.ErrFinished))
			return nil
		}}
		must(t, two(&body{main: sendAll(3)}, l))
		if !empty {
			t.Error("an empty box gave a message")
		}
	},
	"send": func(t *testing.T) {
		l := &list{}
		must(t, axon.Pipeline(&counter{N: 1000}, l))
		if !slices.Equal(l.got(), upTo(1000)) {
			t.Errorf("%d messages", len(l.got()))
		}
	},
	"main_smokeTest": func(t *testing.T) { microprocessTests["overriddenMainWorksWithNext"](t) },
	"main_closedowntest": func(t *testing.T) {
		closed := 0
		g := single(&body{main: func(context.Context, *body) error {
			defer func() { closed++ }()
			panic("in the body")
		}})
		if err := g.Run(t.Context()); err == nil || closed != 1 {
			t.Errorf("%v, closed down %d times", err, closed)
		}
	},
	"_closeDownMicroprocess_None": func(t *testing.T) {
		l := &list{}
		must(t, axon.Pipeline(&counter{N: 1}, l))
		if len(l.got()) != 1 {
			t.Errorf("the end of a part made messages: %v", l.got())
		}
	},
	"linkagesRemovedOnComponentShutdown": func(t *testing.T) {
		a, b := &body{main: func(context.Context, *body) error { return nil }}, &body{main: idle}
		c := &body{main: idle}
		g := two(a, b)
		g.Parts = append(g.Parts, axon.Part{Name: "C", Component: c})
		g.Links = append(g.Links, axon.Link(&c.Outbox, &b.Inbox))
		start(t, g)
		synctest.Wait()
		if err := a.Outbox.Send(t.Context(), 1); !errors.Is(err, axon.ErrFinished) {
			t.Errorf("by a part that has gone: %v", err)
		}
		if err := c.Outbox.Send(t.Context(), 1); err != nil {
			t.Errorf("by another: %v", err)
		}
	},
}

func childrenKeepTheirOrder(t *testing.T) {
	g := axon.Pipeline(&counter{N: 1}, &pass{}, &pass{}, &list{})
	if err := g.Build(); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range g.Info().Parts {
		names = append(names, p.Name)
	}
	if !slices.Equal(names, []string{"COUNTER", "PASS", "PASS2", "LIST"}) {
		t.Error(names)
	}
}

var deliveryTests = map[string]func(t *testing.T){
	"NothingHappensIfNothingHappens": func(t *testing.T) {
		g := axon.Pipeline(&body{main: idle}, &list{})
		start(t, g)
		settle(t, g, "LIST", "receiving inbox")
		<-time.After(time.Hour)
		settle(t, g, "LIST", "receiving inbox")
	},
	"ConsumerWokenByDelivery": func(t *testing.T) {
		a, l := &body{main: idle}, &list{}
		start(t, axon.Pipeline(a, l))
		synctest.Wait()
		if err := a.Outbox.Send(t.Context(), 5); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if !slices.Equal(l.got(), []int{5}) {
			t.Error(l.got())
		}
	},
	"ProducerNotWokenByDelivery": func(t *testing.T) {
		wakes := 0
		a, b := &body{main: func(ctx context.Context, b *body) error {
			for range b.Inbox.All(ctx) {
				wakes++
			}
			return nil
		}}, &list{}
		start(t, axon.Pipeline(&body{main: idle}, a, b))
		synctest.Wait()
		if err := a.Outbox.Send(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if wakes != 0 {
			t.Error("the sender was woken by its own message")
		}
	},
	"ProducerWokenByCollection": func(t *testing.T) { producersWoken(t, 1) },
	"AllOutboxOwnersNotified":   func(t *testing.T) { producersWoken(t, 3) },
	"LinkBrokenNoNotify": func(t *testing.T) {
		c, l := &counter{N: 5}, &body{main: idle}
		l.Inbox.Size = 2
		g := axon.Pipeline(c, l)
		start(t, g)
		settle(t, g, "COUNTER", "blocked sending outbox")
		if err := axon.Unlink(&c.Outbox); err != nil {
			t.Fatal(err)
		}
		<-l.Inbox.C()
		settle(t, g, "COUNTER", "blocked sending outbox")
		if n := l.Inbox.Len(); n != 1 {
			t.Errorf("%d messages wait", n)
		}
	},
	"LinkReestablishedNotify": func(t *testing.T) {
		c, l := &counter{N: 5}, &body{main: idle}
		l.Inbox.Size = 2
		start(t, axon.Pipeline(c, l))
		synctest.Wait()
		if err := errors.Join(axon.Unlink(&c.Outbox), axon.Move(&c.Outbox, &l.Inbox)); err != nil {
			t.Fatal(err)
		}
		<-l.Inbox.C()
		synctest.Wait()
		if n := l.Inbox.Len(); n != 2 {
			t.Errorf("%d messages wait: the sender was not woken", n)
		}
	},
	"LinkNewlyEestablishedNotify": func(t *testing.T) {
		c, l, other := &counter{N: 5}, &body{main: idle}, &body{main: idle}
		g := &axon.Graph{Name: "g", Parts: axon.Parts{{Name: "C", Component: c}, {Name: "L", Component: l}, {Name: "OTHER", Component: other}},
			Links: axon.Links{axon.Link(&c.Outbox, &l.Inbox)}}
		l.Inbox.Size, other.Inbox.Size = 2, 1
		start(t, g)
		synctest.Wait()
		if err := axon.Move(&c.Outbox, &other.Inbox); err != nil {
			t.Fatal(err)
		}
		<-other.Inbox.C()
		synctest.Wait()
		if l.Inbox.Len() != 2 || other.Inbox.Len() != 1 {
			t.Errorf("%d and %d messages wait", l.Inbox.Len(), other.Inbox.Len())
		}
	},
}

// producersWoken holds that senders that are blocked go on when there is room.
func producersWoken(t *testing.T, n int) {
	l := &body{main: idle}
	l.Inbox.Size = 1
	g := &axon.Graph{Name: "g", Parts: axon.Parts{{Name: "L", Component: l}}}
	for i := range n {
		c := &counter{N: 1}
		g.Parts = append(g.Parts, axon.Part{Name: fmt.Sprint("C", i), Component: c})
		g.Links = append(g.Links, axon.Link(&c.Outbox, &l.Inbox))
	}
	filler := &counter{N: 1}
	g.Parts = append(g.Parts, axon.Part{Name: "FILLER", Component: filler})
	g.Links = append(g.Links, axon.Link(&filler.Outbox, &l.Inbox))
	start(t, g)
	synctest.Wait()
	for range n {
		<-l.Inbox.C()
		synctest.Wait()
	}
	done := 0
	for _, p := range g.Info().Parts {
		if p.State == "done" {
			done++
		}
	}
	if done != n+1 {
		t.Errorf("%d of %d senders have gone on", done, n+1)
	}
}

var postofficeTests = map[string]func(t *testing.T){
	"__str__checksStringFormatStrict": func(t *testing.T) {
		a, b := &counter{N: 1}, &list{}
		g := &axon.Graph{Name: "g", Parts: axon.Parts{{Name: "A", Component: a}, {Name: "B", Component: b}},
			Links: axon.Links{axon.Link(&a.Outbox, &b.Inbox)}}
		if err := g.Build(); err != nil || g.String() != "A.outbox -- int --> B.inbox\n" {
			t.Errorf("%v %q", err, g.String())
		}
	},
	"linkestablishes": func(t *testing.T) {
		a, b := &body{main: sendAll(1)}, &body{main: idle}
		start(t, two(a, b))
		synctest.Wait()
		if a.Other.Linked() || b.Outbox.Linked() || !a.Outbox.Linked() || b.Inbox.Len() != 1 {
			t.Error("the link touched other boxes than its two")
		}
	},
	"linkestablishes_inboxinboxpassthrough":   func(t *testing.T) { nestedPass(t) },
	"linkestablishes_outboxoutboxpassthrough": func(t *testing.T) { nestedPass(t) },
	"linkregistered": func(t *testing.T) {
		g := two(&body{main: idle}, &body{main: idle})
		if err := g.Build(); err != nil {
			t.Fatal(err)
		}
		if l := g.Info().Links; len(l) != 1 || l[0].From != "A.outbox" || l[0].To != "B.inbox" {
			t.Error(l)
		}
	},
	"linkderegisters": func(t *testing.T) {
		a := &body{main: idle}
		g := two(a, &body{main: idle})
		if err := g.Build(); err != nil {
			t.Fatal(err)
		}
		if err := axon.Unlink(&a.Outbox); err != nil || len(g.Info().Links) != 0 || a.Outbox.Linked() {
			t.Error(err, g.Info().Links)
		}
		if err := axon.Unlink(&a.Outbox); err == nil {
			t.Error("unlinked twice")
		}
	},
	"linkdisengages": func(t *testing.T) {
		a, b := &body{main: idle}, &body{main: idle}
		start(t, two(a, b))
		synctest.Wait()
		if err := axon.Unlink(&a.Outbox); err != nil {
			t.Fatal(err)
		}
		if err := a.Outbox.Send(t.Context(), 1); err != nil || b.Inbox.Len() != 0 {
			t.Error(err, b.Inbox.Len())
		}
	},
	"BoxAlreadyLinkedToDestinationException": func(t *testing.T) {
		a, b, c := &body{main: idle}, &body{main: idle}, &body{main: idle}
		g := two(a, b)
		g.Parts = append(g.Parts, axon.Part{Name: "C", Component: c})
		if err := g.Build(); err != nil {
			t.Fatal(err)
		}
		again := axon.Link(&a.Outbox, &c.Inbox)
		if err := again.Make(); err == nil {
			t.Error("linked twice")
		}
		if err := errors.Join(axon.Unlink(&a.Outbox), again.Make()); err != nil {
			t.Error(err)
		}
	},
}

// tunnel is a graph with an inbox and an outbox of its own.
type tunnel struct {
	axon.Base
	axon.Graph
	Inbox  axon.Inbox[int]  // for the first part
	Outbox axon.Outbox[int] // of the last one
}

// newTunnel is a graph around a component that passes messages on.
func newTunnel(in *axon.Inbox[int], out *axon.Outbox[int], parts ...axon.Part) *tunnel {
	tn := &tunnel{Graph: axon.Graph{Name: "tunnel", Parts: parts}}
	tn.Links = axon.Links{axon.ExposeIn(&tn.Inbox, in), axon.ExposeOut(out, &tn.Outbox)}
	return tn
}

// nestedPass holds that messages go through two graphs around a component as if
// they were not there.
func nestedPass(t *testing.T) {
	t.Helper()
	p, l, c := &pass{}, &list{}, &counter{N: 100}
	inner := newTunnel(&p.Inbox, &p.Outbox, axon.Part{Name: "PASS", Component: p})
	outer := newTunnel(&inner.Inbox, &inner.Outbox, axon.Part{Name: "INNER", Component: inner})
	g := axon.Pipeline(c, outer, l)
	must(t, g)
	if !slices.Equal(l.got(), upTo(100)) {
		t.Error(l.got())
	}
	if n := g.Info().Links; len(n) != 4 { // with those of signals
		t.Errorf("links %+v", n)
	}
}

var chainTests = map[string]func(t *testing.T){
	"Simple":                      func(t *testing.T) { componentTests["link"](t) },
	"SimpleThenInboxPassthrough":  func(t *testing.T) { nestedPass(t) },
	"InboxPassthroughThenNormal":  func(t *testing.T) { nestedPass(t) },
	"SimpleThenOutboxPassthrough": func(t *testing.T) { nestedPass(t) },
	"OutboxPassthroughThenNormal": func(t *testing.T) { nestedPass(t) },
}

// sized is a graph of a body that does nothing and an inbox of a size.
func sized(t *testing.T, size int) (from *body, to *body) {
	a, b := &body{main: idle}, &body{main: idle}
	b.Inbox.Size = size
	start(t, two(a, b))
	synctest.Wait()
	return a, b
}

// fill sends until there is no room, and returns how many went.
func fill(b *body) (n int) {
	for b.Outbox.TrySend(n) == nil {
		n++
	}
	return n
}

var sizeTests = map[string]func(t *testing.T){
	"smoketest": func(t *testing.T) {
		if a, _ := sized(t, 0); fill(a) != axon.DefaultSize {
			t.Error("the size is not the default")
		}
	},
	"BoxSizeGetsLimited": func(t *testing.T) {
		if a, _ := sized(t, 5); fill(a) != 5 {
			t.Error("the size is not kept")
		}
	},
	"ExceedBoxSizeAndGetException": func(t *testing.T) {
		a, _ := sized(t, 1)
		if err := errors.Join(a.Outbox.TrySend(1), a.Outbox.TrySend(2)); !errors.Is(err, axon.ErrFull) {
			t.Error(err)
		}
	},
	"removingFromInboxAllowsYouToPutMoreIn": func(t *testing.T) {
		a, b := sized(t, 5)
		fill(a)
		for k := range 4 {
			for range k {
				<-b.Inbox.C()
			}
			if n := fill(a); n != k {
				t.Errorf("%d were taken, %d went in", k, n)
			}
		}
	},
	"SizeLimitMidLinkageChainHasNoEffect": func(t *testing.T) {
		end, source := &body{main: idle}, &body{main: idle}
		mid := &tunnel{Graph: axon.Graph{Name: "mid", Parts: axon.Parts{{Name: "END", Component: end}}}}
		mid.Links = axon.Links{axon.ExposeIn(&mid.Inbox, &end.Inbox), axon.ExposeOut(&end.Outbox, &mid.Outbox)}
		mid.Inbox.Size, end.Inbox.Size = 2, 7
		g := &axon.Graph{Name: "g", Parts: axon.Parts{{Name: "SOURCE", Component: source}, {Name: "MID", Component: mid}},
			Links: axon.Links{axon.Link(&source.Outbox, &mid.Inbox)}}
		start(t, g)
		synctest.Wait()
		if n := fill(source); n != 7 {
			t.Errorf("%d went in, want 7", n)
		}
	},
	"AllProducersExperienceSameSizeLimit": func(t *testing.T) {
		a, b, c := &body{main: idle}, &body{main: idle}, &body{main: idle}
		b.Inbox.Size = 6
		g := two(a, b)
		g.Parts = append(g.Parts, axon.Part{Name: "C", Component: c})
		g.Links = append(g.Links, axon.Link(&c.Outbox, &b.Inbox))
		start(t, g)
		synctest.Wait()
		if err := errors.Join(a.Outbox.TrySend(1), a.Outbox.TrySend(2)); err != nil {
			t.Error(err)
		}
		if n := fill(c); n != 4 || !errors.Is(a.Outbox.TrySend(3), axon.ErrFull) {
			t.Errorf("%d more went in", n)
		}
	},
}

var linkageTests = map[string]func(t *testing.T){
	"SmokeTest_SpecificBoxesArguments": func(t *testing.T) {
		a, b := &body{main: func(ctx context.Context, b *body) error { return b.Other.Send(ctx, 9) }}, &list{}
		g := &axon.Graph{Name: "g", Parts: axon.Parts{{Name: "A", Component: a}, {Name: "B", Component: b}},
			Links: axon.Links{axon.Link(&a.Other, &b.Inbox)}}
		must(t, g)
		if !slices.Equal(b.got(), []int{9}) {
			t.Error(b.got())
		}
	},
	"SmokeTest_MinArguments":      func(t *testing.T) { componentTests["link"](t) },
	"SmokeTest_inboxPassthrough":  func(t *testing.T) { nestedPass(t) },
	"SmokeTest_outboxPassthrough": func(t *testing.T) { nestedPass(t) },
	"sourcePair":                  func(t *testing.T) { postofficeTests["linkregistered"](t) },
	"sinkPair":                    func(t *testing.T) { postofficeTests["linkregistered"](t) },
	"__str__strict":               func(t *testing.T) { postofficeTests["__str__checksStringFormatStrict"](t) },
}

// spread has an outbox for each name that is asked for.
type spread struct {
	Outs axon.Outboxes[int] // one for each receiver
}

func (s *spread) Main(ctx context.Context) error {
	for i := range s.Outs.Len() {
		if _, out := s.Outs.At(i); out.Send(ctx, i) != nil {
			return nil
		}
	}
	return nil
}

var adaptiveTests = map[string]func(t *testing.T){
	"SmokeTest_NoArguments": func(t *testing.T) { must(t, single(&spread{})) },
	"addOutbox_newName": func(t *testing.T) {
		s, a, b := &spread{}, &list{}, &list{}
		g := &axon.Graph{Name: "g", Parts: axon.Parts{{Name: "S", Component: s}, {Name: "A", Component: a}, {Name: "B", Component: b}},
			Links: axon.Links{axon.Link(s.Outs.Named("a"), &a.Inbox), axon.Link(s.Outs.Named("b"), &b.Inbox)}}
		must(t, g)
		if got := boxNames(g, "S"); !slices.Equal(got, []string{"outs[a]", "outs[b]"}) {
			t.Error(got)
		}
		if !slices.Equal(a.got(), []int{0}) || !slices.Equal(b.got(), []int{1}) {
			t.Error(a.got(), b.got())
		}
	},
}

// aService is a system with a graph of a part that can be a service.
func aService(t *testing.T) (*axon.System, *body) {
	sys, b := &axon.System{}, &body{main: idle}
	if _, err := sys.Start(t.Context(), single(b)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sys.Close)
	return sys, b
}

// wantError runs a test in which the last of some calls must fail with an error.
func wantError(want error, calls func(sys *axon.System, b *body) []error) func(t *testing.T) {
	return func(t *testing.T) {
		sys, b := aService(t)
		errs := calls(sys, b)
		for i, err := range errs {
			switch last := i == len(errs)-1; {
			case !last && err != nil:
				t.Errorf("call %d: %v", i+1, err)
			case last && (err == nil || want != nil && !errors.Is(err, want)):
				t.Errorf("the last call: %v, want %v", err, want)
			}
		}
	}
}

var trackerTests = map[string]func(t *testing.T){
	"SmokeTest_NoArguments": func(t *testing.T) {
		var sys axon.System
		if got := sys.Services(); len(got) != 0 {
			t.Error(got)
		}
	},
	"registerService_Add": func(t *testing.T) {
		sys, b := aService(t)
		if err := axon.Register(sys, "s", &b.Inbox); err != nil || !slices.Equal(sys.Services(), []string{"s"}) {
			t.Error(err, sys.Services())
		}
	},
	"registerService_AddExisting": wantError(axon.ErrServiceExists, func(s *axon.System, b *body) []error {
		return []error{axon.Register(s, "s", &b.Inbox), axon.Register(s, "s", &b.Inbox)}
	}),
	"registerService_BadComponent": wantError(nil, func(s *axon.System, _ *body) []error {
		return []error{axon.Register(s, "s", &new(body).Inbox)}
	}),
	"registerService_BadInbox": wantError(nil, func(s *axon.System, b *body) []error {
		return []error{axon.Register(s, "s", axon.InboxOf[int](b, "none"))}
	}),
	"retrieveService_basic": func(t *testing.T) {
		sys, b := aService(t)
		if err := axon.Register(sys, "s", &b.Inbox); err != nil {
			t.Fatal(err)
		}
		if in, err := axon.Service[int](sys, "s"); err != nil || in != &b.Inbox {
			t.Error(in, err)
		}
	},
	"retrieveService_nonexistantservice": wantError(axon.ErrNoService, func(s *axon.System, _ *body) []error {
		_, err := axon.Service[int](s, "s")
		return []error{err}
	}),
	"deRegisterService": func(t *testing.T) {
		sys, b := aService(t)
		if err := errors.Join(axon.Register(sys, "s", &b.Inbox), sys.Deregister("s")); err != nil || len(sys.Services()) != 0 {
			t.Error(err, sys.Services())
		}
	},
	"deRegisterService_nonExistantService": wantError(axon.ErrNoService, func(s *axon.System, _ *body) []error {
		return []error{s.Deregister("s")}
	}),
}

var ipcTests = map[string]func(t *testing.T){
	"producerFinished_1": func(t *testing.T) {
		if s := (axon.Signal{Kind: axon.Finish}); s.From != "" || s.Reason != nil {
			t.Error(s)
		}
	},
	"producerFinished_2": func(t *testing.T) {
		if s := (axon.Signal{Kind: axon.Finish, From: "A", Reason: errWhy}); s.Kind.String() != "finish" || s.From != "A" || s.Reason != errWhy {
			t.Error(s)
		}
	},
	"shutdownMicroprocess_1": func(t *testing.T) {
		if s := (axon.Signal{Kind: axon.Shutdown}); s.Kind.String() != "shutdown" || s.From != "" {
			t.Error(s)
		}
	},
	"errorInformation_1": func(t *testing.T) {
		f := &axon.Fault{Graph: "g", Part: "P", Err: errFault}
		if f.Error() != `axon: graph "g": P: as told` || !errors.Is(f, errFault) {
			t.Error(f)
		}
	},
}

var microprocessTests = map[string]func(t *testing.T){
	"activate_basicActivatation": func(t *testing.T) {
		ran := false
		g := single(&body{main: func(context.Context, *body) error { ran = true; return nil }})
		if err := g.Build(); err != nil || ran {
			t.Errorf("built: %v, ran %v", err, ran)
		}
		if must(t, g); !ran {
			t.Error("it did not run")
		}
	},
	"overriddenMainWorksWithNext": func(t *testing.T) {
		runs := 0
		must(t, single(&body{main: func(context.Context, *body) error { runs++; return nil }}))
		if runs != 1 {
			t.Errorf("Main was called %d times", runs)
		}
	},
	"Stop": func(t *testing.T) {
		stop, wait := start(t, single(&body{main: idle}))
		stop(errFault)
		if err := wait(); !errors.Is(err, errFault) {
			t.Error(err)
		}
	},
	"test___str__": func(t *testing.T) {
		twice := axon.Parts{{Name: "A", Component: &body{main: idle}}, {Name: "A", Component: &body{main: idle}}}
		if err := (&axon.Graph{Name: "g", Parts: twice}).Build(); err == nil {
			t.Error("two parts of one name")
		}
	},
}

// states lists the states of a graph's parts.
func states(g *axon.Graph) (all []string) {
	for _, p := range g.Info().Parts {
		all = append(all, p.State)
	}
	return all
}

var schedulerTests = map[string]func(t *testing.T){
	"SmokeTest_NoArguments": func(t *testing.T) {
		var sys axon.System
		sys.Close()
	},
	"stopsIfNoThreads": func(t *testing.T) { must(t, &axon.Graph{Name: "empty"}) },
	"runsMicroprocessToCompletionThenStops": func(t *testing.T) {
		must(t, single(&body{main: func(context.Context, *body) error { <-time.After(time.Hour); return nil }}))
	},
	"runsMicroprocessesAllToCompletionThenStops": func(t *testing.T) { endsWithTheLast(t) },
	"pausedMicroprocessDoesNotGetCalled":         func(t *testing.T) { deliveryTests["NothingHappensIfNothingHappens"](t) },
	"oneMicroprocessPausesOthersContinueToRun": func(t *testing.T) {
		l := &list{}
		g := axon.Pipeline(&counter{N: 500}, l)
		g.Parts = append(g.Parts, axon.Part{Name: "IDLE", Component: &body{main: idle}})
		start(t, g)
		synctest.Wait()
		if len(l.got()) != 500 {
			t.Errorf("%d messages came beside a part that waits", len(l.got()))
		}
	},
	"pausedMicroprocessCanBeWoken": func(t *testing.T) { deliveryTests["ConsumerWokenByDelivery"](t) },
	"wakingPausedMicroprocessDoesntWakeOthers": func(t *testing.T) {
		a, b, c := &body{main: idle}, &list{}, &list{}
		g := &axon.Graph{Name: "g", Parts: axon.Parts{{Name: "A", Component: a}, {Name: "B", Component: b}, {Name: "C", Component: c}},
			Links: axon.Links{axon.Link(&a.Outbox, &b.Inbox), axon.Link(&a.Other, &c.Inbox)}}
		start(t, g)
		synctest.Wait()
		if err := a.Outbox.Send(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if len(b.got()) != 1 || len(c.got()) != 0 {
			t.Error(b.got(), c.got())
		}
	},
	"listAllThreadsMethodListsAllMicroprocesses": func(t *testing.T) {
		sys, _ := aService(t)
		synctest.Wait()
		if s := sys.Snapshot(); len(s.Graphs) != 1 || len(s.Graphs[0].Parts) != 1 || s.Graphs[0].Parts[0].State != "active" {
			t.Errorf("%+v", s)
		}
	},
	"isThreadPausedWorks": func(t *testing.T) { deliveryTests["NothingHappensIfNothingHappens"](t) },
	"pauseThenTerminateTerminates": func(t *testing.T) {
		stop, wait := start(t, axon.Pipeline(&body{main: idle}, &list{}))
		synctest.Wait()
		stop(errFault)
		if err := wait(); !errors.Is(err, errFault) {
			t.Error(err)
		}
	},
}

// TestIdleSystemBurnsNoCPU is Kamaelia's runThreadsUsesNonBusyWaitingMode; it
// needs the real clock.
func TestIdleSystemBurnsNoCPU(t *testing.T) {
	var sys axon.System
	defer sys.Close()
	for range 100 {
		if _, err := sys.Start(t.Context(), axon.Pipeline(&body{main: idle}, &pass{}, &list{})); err != nil {
			t.Fatal(err)
		}
	}
	const wait = 100 * time.Millisecond
	for try := 1; ; try++ { // at first there is what the start has left to do
		before := cpuTime(t)
		<-time.After(wait)
		used := cpuTime(t) - before
		if used < wait/20 {
			return
		}
		if try == 30 {
			t.Fatalf("300 idle parts have used %v in %v", used, wait)
		}
	}
}

var threadedTests = map[string]func(t *testing.T){
	"threadisseparate": func(t *testing.T) { // both Mains run at the same time
		meet := make(chan int)
		must(t, two(&body{main: func(context.Context, *body) error { meet <- 1; return nil }},
			&body{main: func(context.Context, *body) error { <-meet; return nil }}))
	},
	"ThereIsADefaultOutgoingQueueSize": func(t *testing.T) { sizeTests["smoketest"](t) },
	"CanSetOutgoingQueueSize":          func(t *testing.T) { sizeTests["BoxSizeGetsLimited"](t) },
	"localprocessterminates":           func(t *testing.T) { microprocessTests["overriddenMainWorksWithNext"](t) },
	"flow_in":                          func(t *testing.T) { componentTests["send"](t) },
	"flow_out":                         func(t *testing.T) { componentTests["send"](t) },
	"linksafe": func(t *testing.T) {
		b := &list{}
		a := &body{main: func(ctx context.Context, a *body) error {
			for i := range 100 {
				if err := errors.Join(axon.Move(&a.Outbox, &b.Inbox), a.Outbox.Send(ctx, i), axon.Unlink(&a.Outbox)); err != nil {
					return err
				}
			}
			return axon.Move(&a.Outbox, &b.Inbox)
		}}
		must(t, two2(a, b))
		if !slices.Equal(b.got(), upTo(100)) {
			t.Error(b.got())
		}
	},
	"RestrictedInboxSize":                          func(t *testing.T) { sizeTests["ExceedBoxSizeAndGetException"](t) },
	"NoSpaceInBoxExceptionsReachThread":            func(t *testing.T) { sizeTests["ExceedBoxSizeAndGetException"](t) },
	"TakingFromDestinationAllowsMoreToBeDelivered": func(t *testing.T) { sizeTests["removingFromInboxAllowsYouToPutMoreIn"](t) },
	"localprocessterminatesifInQueueFull": func(t *testing.T) {
		must(t, axon.Pipeline(&counter{N: 100}, &body{main: func(context.Context, *body) error { synctest.Wait(); return nil }}))
	},
	"localprocessterminatesOnlyIfOutqueueFlushed": func(t *testing.T) {
		l := &body{main: func(ctx context.Context, b *body) error {
			<-time.After(time.Hour) // the sender has long ended
			n := 0
			for range b.Inbox.All(ctx) {
				n++
			}
			if n != 10 {
				t.Errorf("%d messages came", n)
			}
			return nil
		}}
		must(t, axon.Pipeline(&counter{N: 10}, l))
	},
}

// two2 is a graph of a body and a list, linked.
func two2(a *body, b *list) *axon.Graph {
	return &axon.Graph{Name: "g", Parts: axon.Parts{{Name: "A", Component: a}, {Name: "B", Component: b}},
		Links: axon.Links{axon.Shared(&b.Inbox, a)}}
}

var utilTests = map[string]func(t *testing.T){
	"testInterface_smokeSuccess": func(t *testing.T) {
		if err := axon.CheckInterface(&pass{}, []string{"inbox", "control"}, []string{"outbox", "signal"}); err != nil {
			t.Error(err)
		}
	},
	"testInterface_failmodes": func(t *testing.T) {
		err := axon.CheckInterface(&pass{}, []string{"inbox", "outbox", "in"}, []string{"control", "out"})
		for _, want := range []string{"pass.outbox is an outbox", `no box "in"`, "pass.control is an inbox", `no box "out"`} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %s", err, want)
			}
		}
	},
}

// endsWithTheLast holds that a graph ends with the last of its parts.
func endsWithTheLast(t *testing.T) {
	g := &axon.Graph{Name: "g"}
	for i := range 3 {
		d := time.Duration(3-i) * time.Second
		g.Parts = append(g.Parts, axon.Part{Name: fmt.Sprint("P", i), Component: &body{main: func(context.Context, *body) error {
			<-time.After(d)
			return nil
		}}})
	}
	began := time.Now()
	if must(t, g); time.Since(began) != 3*time.Second {
		t.Errorf("it ended after %v", time.Since(began))
	}
}

var pipelineTests = map[string]func(t *testing.T){
	"ActivatesChildrenOnlyWhenActivated": func(t *testing.T) { childrenStartWithTheGraph(t, true) },
	"TerminatesOnlyWhenAllChildrenHaveTerminated": func(t *testing.T) {
		a := &body{main: func(context.Context, *body) error { return nil }}
		b := &body{main: func(context.Context, *body) error { <-time.After(time.Minute); return nil }}
		c := &body{main: func(context.Context, *body) error { return nil }}
		began := time.Now()
		if must(t, axon.Pipeline(a, b, c)); time.Since(began) != time.Minute {
			t.Errorf("it ended after %v", time.Since(began))
		}
	},
	"ChildrenWiredOutboxInbox":   pipelineWiring,
	"ChildrenWiredSignalControl": pipelineWiring,
	"FirstChildWiredToParentInboxes": func(t *testing.T) {
		a, b := &pass{}, &pass{}
		g := axon.Pipeline(a, b)
		if axon.InboxOf[int](g, "inbox") != &a.Inbox || axon.InboxOf[axon.Signal](g, "control") != &a.Control {
			t.Error("the pipeline's inboxes are not those of its first component")
		}
	},
	"LastChildWiredToParentOutboxes": func(t *testing.T) {
		a, b := &pass{}, &pass{}
		g := axon.Pipeline(a, b)
		if axon.OutboxOf[int](g, "outbox") != &b.Outbox || axon.OutboxOf[axon.Signal](g, "signal") != &b.Signal {
			t.Error("the pipeline's outboxes are not those of its last component")
		}
	},
}

func pipelineWiring(t *testing.T) {
	g := axon.Pipeline(&counter{N: 1}, &pass{}, &list{})
	must(t, g)
	const want = "" +
		"COUNTER.signal -- axon.Signal --> PASS.control\n" +
		"COUNTER.outbox -- int -->         PASS.inbox\n" +
		"PASS.signal    -- axon.Signal --> LIST.control\n" +
		"PASS.outbox    -- int -->         LIST.inbox\n"
	if got := g.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// childrenStartWithTheGraph holds that nothing runs before the graph does.
func childrenStartWithTheGraph(t *testing.T, linked bool) {
	var ran atomic.Int32
	count := func(context.Context, *body) error { ran.Add(1); return nil }
	a, b := &body{main: count}, &body{main: count}
	g := two(a, b)
	if !linked {
		g.Links = nil
	}
	if err := g.Build(); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	if ran.Load() != 0 || !slices.Equal(states(g), []string{"new", "new"}) {
		t.Errorf("%d ran before the graph did: %v", ran.Load(), states(g))
	}
	if must(t, g); ran.Load() != 2 || !slices.Equal(states(g), []string{"done", "done"}) {
		t.Errorf("%d ran: %v", ran.Load(), states(g))
	}
}

// aLine is a graph of two children that wait, with the graph's own boxes, in a
// graph with a part that sends it signals and one that keeps those it gets.
type aLine struct {
	*tunnel
	a, b     *body
	ctl      *signaller
	got      []axon.Signal
	childErr map[string]error
	outer    *axon.Graph
	running  *axon.Running
}

type signalList struct {
	Inbox axon.Inbox[axon.Signal] // what it keeps
	keep  *[]axon.Signal
}

func (s *signalList) Main(ctx context.Context) error {
	for v := range s.Inbox.All(ctx) {
		*s.keep = append(*s.keep, v)
	}
	return nil
}

// newLine makes the graphs; links are those of the graph's own Control and Signal.
func newLine(t *testing.T, links func(l *aLine) axon.Links) *aLine {
	t.Helper()
	l := &aLine{ctl: &signaller{say: make(chan axon.Signal, 1)}, childErr: map[string]error{}}
	var mu sync.Mutex
	child := func(name string) *body {
		return &body{main: func(ctx context.Context, b *body) error {
			if _, err := b.Inbox.Recv(ctx); errors.Is(err, axon.ErrFinished) {
				return nil
			}
			<-ctx.Done()
			mu.Lock()
			defer mu.Unlock()
			l.childErr[name] = ctx.Err()
			return nil
		}}
	}
	l.a, l.b = child("A"), child("B")
	l.tunnel = newTunnel(&l.a.Inbox, &l.b.Outbox, axon.Part{Name: "A", Component: l.a}, axon.Part{Name: "B", Component: l.b})
	if links != nil {
		l.tunnel.Links = append(l.tunnel.Links, links(l)...)
	}
	keep := &signalList{keep: &l.got}
	l.outer = &axon.Graph{Name: "outer",
		Parts: axon.Parts{{Name: "CTL", Component: l.ctl}, {Name: "LINE", Component: l.tunnel}, {Name: "KEEP", Component: keep}},
		Links: axon.Links{axon.Link(&l.ctl.Outbox, &l.Control), axon.Link(&l.Signal, &keep.Inbox),
			axon.Discard(&l.tunnel.Outbox)},
	}
	sys := &axon.System{}
	t.Cleanup(sys.Close)
	r, err := sys.Start(t.Context(), l.outer)
	if err != nil {
		t.Fatal(err)
	}
	l.running = r
	synctest.Wait()
	return l
}

// tell sends a signal to the line's Control.
func (l *aLine) tell(s axon.Signal) {
	l.ctl.say <- s
	synctest.Wait()
}

var errWhy = errors.New("why")

var graphlineTests = map[string]func(t *testing.T){
	"smokeTest":                                   func(t *testing.T) { childrenStartWithTheGraph(t, true) },
	"graphlineEmptyLinkagesArg":                   func(t *testing.T) { childrenStartWithTheGraph(t, false) },
	"graphlineNoLinkagesArg":                      func(t *testing.T) { childrenStartWithTheGraph(t, false) },
	"graphlineNoComponentsEmptyLinkagesArg":       func(t *testing.T) { must(t, &axon.Graph{Name: "empty"}) },
	"unactivatedGraphlineHasNoChildren":           func(t *testing.T) { childrenStartWithTheGraph(t, true) },
	"graphlineHasChildren":                        func(t *testing.T) { childrenKeepTheirOrder(t) },
	"activatesChildrenOnlyWhenActivatedNotLinked": func(t *testing.T) { childrenStartWithTheGraph(t, false) },
	"activatesChildrenOnlyWhenActivatedLinked":    func(t *testing.T) { childrenStartWithTheGraph(t, true) },
	"linkagesBetweenComponents":                   func(t *testing.T) { componentTests["link"](t) },
	"severalLinkagesBetweenComponents": func(t *testing.T) {
		a, b, c := &body{main: func(ctx context.Context, b *body) error {
			return errors.Join(b.Outbox.Send(ctx, 1), b.Other.Send(ctx, 2), b.Outbox.Send(ctx, 3))
		}}, &list{}, &list{}
		g := &axon.Graph{Name: "g", Parts: axon.Parts{{Name: "A", Component: a}, {Name: "B", Component: b}, {Name: "C", Component: c}},
			Links: axon.Links{axon.Link(&a.Outbox, &b.Inbox), axon.Link(&a.Other, &c.Inbox)}}
		must(t, g)
		if !slices.Equal(b.got(), []int{1, 3}) || !slices.Equal(c.got(), []int{2}) {
			t.Error(b.got(), c.got())
		}
	},
	"terminateWhenAllChildrenHaveTerminated": func(t *testing.T) { endsWithTheLast(t) },
	"specifyingPassthruInLinkage":            func(t *testing.T) { nestedPass(t) },
	"specifyingPassthruOutLinkage":           func(t *testing.T) { nestedPass(t) },
	"emissionOfShutdownSignal_1": func(t *testing.T) {
		l := newLine(t, nil)
		l.tell(axon.Signal{Kind: axon.Finish})
		if want := []axon.Signal{{Kind: axon.Finish}}; !slices.Equal(l.got, want) {
			t.Errorf("signals %v", l.got)
		}
	},
	"emissionOfShutdownSignal_2": func(t *testing.T) {
		l := newLine(t, nil)
		sent := axon.Signal{Kind: axon.Shutdown, From: "far away", Reason: errWhy}
		l.tell(sent)
		if !slices.Equal(l.got, []axon.Signal{sent}) {
			t.Errorf("signals %v", l.got)
		}
	},
	"receivesShutdownPassesThru": func(t *testing.T) {
		l := newLine(t, func(l *aLine) axon.Links { return axon.Links{axon.ExposeIn(&l.Control, &l.a.Control)} })
		l.tell(axon.Signal{Kind: axon.Shutdown, Reason: errWhy})
		if got := states(&l.Graph); !slices.Equal(got, []string{"done", "active"}) || !errors.Is(l.childErr["A"], errWhy) {
			t.Errorf("children %v, %v", got, l.childErr)
		}
	},
	"receivesShutdownDisseminated": func(t *testing.T) {
		l := newLine(t, nil)
		l.tell(axon.Signal{Kind: axon.Shutdown, Reason: errWhy})
		if !errors.Is(l.childErr["A"], errWhy) || !errors.Is(l.childErr["B"], errWhy) {
			t.Errorf("the children heard %v", l.childErr)
		}
	},
	"receivesShutdownAndPropagates": func(t *testing.T) {
		l := newLine(t, nil)
		sent := axon.Signal{Kind: axon.Shutdown, Reason: errWhy}
		l.tell(sent)
		if len(l.childErr) != 2 || !slices.Equal(l.got, []axon.Signal{sent}) {
			t.Errorf("the children heard %v, then %v", l.childErr, l.got)
		}
	},
	"receivesShutdownAndPropagates23": func(t *testing.T) {
		l := newLine(t, func(l *aLine) axon.Links {
			return axon.Links{axon.ExposeIn(&l.Control, &l.a.Control), axon.Link(&l.a.Signal, &l.b.Control)}
		})
		l.tell(axon.Signal{Kind: axon.Shutdown, Reason: errWhy})
		if want := []axon.Signal{{Kind: axon.Finish, From: "LINE"}}; !slices.Equal(l.got, want) {
			t.Errorf("signals %v, want %v", l.got, want)
		}
	},
	"doesNotPropagateShutdownMsg": func(t *testing.T) {
		l := newLine(t, func(l *aLine) axon.Links { return axon.Links{axon.ExposeOut(&l.b.Signal, &l.Signal)} })
		sent := axon.Signal{Kind: axon.Shutdown, Reason: errWhy}
		l.tell(sent)
		if len(l.got) != 1 { // the child's, and not the graph's
			t.Errorf("signals %v", l.got)
		}
	},
	"manuallyImplementedShutdownOverrides": func(t *testing.T) {
		l := newLine(t, func(l *aLine) axon.Links {
			return axon.Links{axon.ExposeIn(&l.Control, &l.a.Control), axon.Link(&l.a.Signal, &l.b.Control),
				axon.ExposeOut(&l.b.Signal, &l.Signal)}
		})
		sent := axon.Signal{Kind: axon.Shutdown, From: "far away", Reason: errWhy}
		l.tell(sent)
		if !slices.Equal(l.got, []axon.Signal{sent}) || len(l.childErr) != 2 {
			t.Errorf("signals %v, children %v", l.got, l.childErr)
		}
	},
}
