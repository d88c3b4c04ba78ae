using System.Collections;
using SocketIo.Cluster;

namespace SocketIo;

/// <summary>What the other servers of the cluster answered, and which did not.</summary>
/// <typeparam name="T">What each answer was read as.</typeparam>
public sealed class ServerAnswers<T> : IReadOnlyList<T>
{
    private readonly IReadOnlyList<T> _answers;

    /// <summary>Makes the result of <see cref="Namespace.ServerSideEmitWithAckAsync{T}"/>.</summary>
    /// <param name="answers">The answers.</param>
    /// <param name="missing">The servers without one.</param>
    public ServerAnswers(IReadOnlyList<T> answers, MissingNodes missing = default)
    {
        ArgumentNullException.ThrowIfNull(answers);
        _answers = answers;
        Missing = missing;
    }

    /// <summary>
    /// The servers that did not answer in time, have no handler of the event, whose handler failed, or whose answer can't be converted to
    /// <typeparamref name="T"/>.
    /// </summary>
    public MissingNodes Missing { get; }

    /// <summary>Whether all other servers have answered.</summary>
    public bool IsComplete => Missing.None;

    /// <inheritdoc />
    public int Count => _answers.Count;

    /// <inheritdoc />
    public T this[int index] => _answers[index];

    /// <inheritdoc />
    public IEnumerator<T> GetEnumerator() => _answers.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
