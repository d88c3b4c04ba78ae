using Microsoft.Extensions.Primitives;
using SocketIo.Engine.Frames;
using SocketIo.Engine.WebSockets;

namespace SocketIo.Engine.Tests.WebSockets;

public class DeflateNegotiationTests
{
    private const string Base = "permessage-deflate; server_no_context_takeover";

    [TestCase("permessage-deflate", "")]
    [TestCase("Permessage-Deflate", "")]
    [TestCase("permessage-deflate; client_max_window_bits", "")]
    [TestCase("permessage-deflate;client_max_window_bits=10", "; client_max_window_bits=10")]
    [TestCase("permessage-deflate;client_max_window_bits=15", "")]
    [TestCase("permessage-deflate; server_no_context_takeover", "")]
    [TestCase("permessage-deflate; client_no_context_takeover", "; client_no_context_takeover")]
    [TestCase("permessage-deflate; server_max_window_bits=15", "; server_max_window_bits=15")]
    [TestCase("permessage-deflate; server_max_window_bits=8", "; server_max_window_bits=8")]
    [TestCase("permessage-deflate; server_max_window_bits = \"10\"", "; server_max_window_bits=10")]
    [TestCase("permessage-deflate ; server_max_window_bits=9; client_max_window_bits ; client_no_context_takeover ;server_no_context_takeover",
        "; client_no_context_takeover; server_max_window_bits=9")]
    public void A_valid_offer_is_accepted(string offer, string answer) => Assert.That(Answer(offer), Is.EqualTo(Base + answer));

    [TestCase("")]
    [TestCase("x-webkit-deflate-frame")]
    [TestCase("permessage-deflatex")]
    [TestCase("permessage-deflate=1")]
    [TestCase("permessage-deflate;")]
    [TestCase("permessage-deflate; ; client_max_window_bits")]
    [TestCase("permessage-deflate; unknown")]
    [TestCase("permessage-deflate; =10")]
    [TestCase("permessage-deflate; server_no_context_takeover=1")]
    [TestCase("permessage-deflate; client_no_context_takeover=15")]
    [TestCase("permessage-deflate; client_no_context_takeover=")]
    [TestCase("permessage-deflate; server_no_context_takeover; server_no_context_takeover")]
    [TestCase("permessage-deflate; client_no_context_takeover; client_no_context_takeover")]
    [TestCase("permessage-deflate; client_max_window_bits; client_max_window_bits=10")]
    [TestCase("permessage-deflate; server_max_window_bits=10; server_max_window_bits=10")]
    [TestCase("permessage-deflate; server_max_window_bits")]
    [TestCase("permessage-deflate; server_max_window_bits=")]
    [TestCase("permessage-deflate; server_max_window_bits=7")]
    [TestCase("permessage-deflate; server_max_window_bits=16")]
    [TestCase("permessage-deflate; server_max_window_bits=010")]
    [TestCase("permessage-deflate; server_max_window_bits=+9")]
    [TestCase("permessage-deflate; server_max_window_bits=\"10")]
    [TestCase("permessage-deflate; client_max_window_bits=7")]
    [TestCase("permessage-deflate; client_max_window_bits=16")]
    [TestCase("permessage-deflate; client_max_window_bits=0")]
    [TestCase("permessage-deflate; client_max_window_bits=99999999999")]
    [TestCase("permessage-deflate; client_max_window_bits=ten")]
    public void An_invalid_offer_is_declined(string offer) => Assert.That(Answer(offer), Is.Null);

    [TestCase("permessage-deflate; client_max_window_bits; server_max_window_bits=10, permessage-deflate", "; server_max_window_bits=10")]
    [TestCase("permessage-deflate; unknown, permessage-deflate; server_max_window_bits=11", "; server_max_window_bits=11")]
    [TestCase("other; x=1, permessage-deflate", "")]
    [TestCase("permessage-deflate; unknown|permessage-deflate; client_no_context_takeover", "; client_no_context_takeover")]
    public void The_first_offer_that_is_valid_counts(string headers, string answer) => Assert.That(Answer(headers), Is.EqualTo(Base + answer));

    [TestCase("permessage-deflate", "; client_no_context_takeover; server_max_window_bits=12")]
    [TestCase("permessage-deflate; server_max_window_bits=14; client_max_window_bits",
        "; client_no_context_takeover; server_max_window_bits=12; client_max_window_bits=11")]
    [TestCase("permessage-deflate; server_max_window_bits=9; client_max_window_bits=10",
        "; client_no_context_takeover; server_max_window_bits=9; client_max_window_bits=10")]
    public void The_options_narrow_an_offer_and_say_nothing_that_was_not_offered_but_may_not_be_said_unasked(string offer, string answer)
    {
        var options = new PerMessageDeflateOptions { ClientNoContextTakeover = true, ServerMaxWindowBits = 12, ClientMaxWindowBits = 11 };
        Assert.That(Answer(offer, options), Is.EqualTo(Base + answer));
    }

    [TestCase("permessage-deflate", 100_000, true)]
    [TestCase("permessage-deflate; client_no_context_takeover; server_max_window_bits=12", 4096, false)]
    public void The_connection_keeps_to_the_answer(string offer, int longest, bool keepsContext)
    {
        var deflate = DeflateNegotiation.Accept(new PerMessageDeflateOptions(), offer, out _)!;
        var most = Frame.Of(Opcode.Binary, new byte[longest - FrameWriter.HeaderSize(longest)]);
        Assert.That(deflate.KeepsContext, Is.EqualTo(keepsContext));
        Assert.That(deflate.Deflater.Adapt(most).Length, Is.LessThan(longest / 10));
    }

    [Test]
    public void What_is_longer_than_the_client_s_window_is_not_deflated()
    {
        var deflate = DeflateNegotiation.Accept(new PerMessageDeflateOptions(), "permessage-deflate; server_max_window_bits=12", out _)!;
        var frame = Frame.Of(Opcode.Binary, new byte[4096]);
        Assert.That(deflate.Deflater.Adapt(frame), Is.SameAs(frame));
    }

    [Test]
    public void A_value_that_cannot_work_is_an_error_that_names_the_option()
    {
        AssertRefused(new() { Threshold = -1 }, "PerMessageDeflate.Threshold");
        AssertRefused(new() { ServerMaxWindowBits = 7 }, "PerMessageDeflate.ServerMaxWindowBits");
        AssertRefused(new() { ClientMaxWindowBits = 16 }, "PerMessageDeflate.ClientMaxWindowBits");
    }

    private static void AssertRefused(PerMessageDeflateOptions options, string name) =>
        Assert.That(
            new EngineOptions { PerMessageDeflate = options }.Validate,
            Throws.ArgumentException.With.Message.Contains(name));

    private static string? Answer(string headers, PerMessageDeflateOptions? options = null) =>
        DeflateNegotiation.Accept(options ?? new(), new StringValues(headers.Split('|')), out var answer) is null ? null : answer;
}
